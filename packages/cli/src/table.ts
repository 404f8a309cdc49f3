import type { Score } from '@anagram/core';

/** Lines of a plain table: words to the left, figures to the right, two spaces between. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const columns = head.map((title, at) => {
    const cells = rows.map((row) => row[at]!);
    const width = Math.max(...[title, ...cells].map((cell) => cell.length));
    return at === 0 || cells.some((cell) => /^[^\d\W]/.test(cell)) ? { padEnd: width } : { padStart: width };
  });
  const cellAt = (cell: string, { padEnd = 0, padStart = 0 }: { padEnd?: number; padStart?: number }) =>
    cell.padEnd(padEnd).padStart(padStart);
  return [head, ...rows].map((row) =>
    row
      .map((cell, at) => cellAt(cell, columns[at]!))
      .join('  ')
      .trimEnd(),
  );
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

/** A share as `0.831`, or a dash for nothing. */
export function share(value: number | null): string {
  return value === null || Number.isNaN(value) ? '–' : value.toFixed(3);
}

/** `0.831`, `[0.790, 0.868]`, `400`. */
export function scoreCells({ value, interval, n }: Score): [string, string, string] {
  return [share(value), `[${share(interval[0])}, ${share(interval[1])}]`, count(n)];
}
