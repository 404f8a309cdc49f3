/**
 * Whether `X-Robots-Tag` headers forbid the use of what came with them. A value may be meant for one robot alone
 * (`otherbot: noai`). Read as img2dataset reads it.
 * @param forbidding Directives, in lower case.
 */
export function forbiddenByRobots(
  values: string | readonly string[] | undefined,
  forbidding: readonly string[],
  userAgent: string,
): string | null {
  const own = userAgent.split(/[/\s]/)[0]!.toLowerCase();
  for (const value of values === undefined ? [] : [values].flat()) {
    const named = /^\s*([^:,]+):(.*)$/.exec(value);
    // `max-image-preview: large` and `unavailable_after: …` are directives, not robots.
    if (named && named[1]!.trim().toLowerCase() !== own && !/^(max-|unavailable)/i.test(named[1]!.trim())) continue;
    const directives = (named ? named[2]! : value).split(',').map((directive) => directive.trim().toLowerCase());
    const found = directives.find((directive) => forbidding.includes(directive));
    if (found !== undefined) return found;
  }
  return null;
}
