/** Seconds that a `Retry-After` header asks for: it holds these, or a date. Null where there is none that can be read. */
export function retryAfter(header: string | null | undefined): number | null {
  if (header === null || header === undefined) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}
