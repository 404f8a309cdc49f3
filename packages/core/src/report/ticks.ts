export interface Tick {
  readonly at: number;
  /** All ticks of a scale have the same number of decimals. */
  readonly text: string;
}

/** Round places in a range, 1, 2 or 5 times a power of ten apart, about `count` of them. */
export function ticks(low: number, high: number, count = 5): Tick[] {
  const step = roundStep(low, high, count);
  const [first, last] = [Math.ceil(low / step - tolerance), Math.floor(high / step + tolerance)];
  const digits = Math.max(0, -Math.floor(Math.log10(step) + tolerance));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => {
    const at = Number(((first + k) * step).toFixed(digits)) || 0; // never −0
    return { at, text: decimals(at, digits) };
  });
}

/** The range, widened to the ticks around it. */
export function roundRange(low: number, high: number, count = 5): [number, number] {
  const step = roundStep(low, high, count);
  return [Math.floor(low / step + tolerance) * step, Math.ceil(high / step - tolerance) * step];
}

/** `−1,234.50` for 2 digits. */
export function decimals(value: number, digits: number): string {
  const text = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return text.replace('-', '−');
}

const tolerance = 1e-9;

function roundStep(low: number, high: number, count: number): number {
  const least = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(least) + tolerance);
  return power * ([1, 2, 5].find((factor) => factor * power >= least * (1 - tolerance)) ?? 10);
}
