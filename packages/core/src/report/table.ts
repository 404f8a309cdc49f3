import { escapeHtml } from './escape.ts';
import { decimals } from './ticks.ts';

/** A cell is text or a number; the numbers of one column are shown with the same number of decimals: none, or three. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A table that scrolls by itself where it is too wide; columns of figures stand to the right, with their heads. */
export function renderTable({ head, rows }: Table): string {
  const columns = head.map((_, at) => column(rows.map((row) => row[at]!)));
  const cell = (value: string | number, at: number) => {
    const { digits, figures } = columns[at]!;
    const text = typeof value === 'number' ? decimals(value, digits) : value;
    return `<td${figures ? ' class="n"' : ''}>${escapeHtml(text)}</td>`;
  };
  const names = head.map(
    (name, at) => `<th scope="col"${columns[at]!.figures ? ' class="n"' : ''}>${escapeHtml(name)}</th>`,
  );
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  return `<div class="scroll" tabindex="0"><table><thead><tr>${names.join('')}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function column(cells: readonly (string | number)[]): { digits: 0 | 3; figures: boolean } {
  const numbers = cells.filter((cell) => typeof cell === 'number');
  const texts = cells.filter((cell) => typeof cell === 'string');
  return {
    digits: numbers.every(Number.isInteger) ? 0 : 3,
    figures: cells.length > 0 && texts.every(isFigure) && (numbers.length > 0 || texts.some((text) => /\d/.test(text))),
  };
}

/** `0.53–0.71`, `[0.53, 0.71]`, `48 %`, a dash, or nothing. */
function isFigure(text: string): boolean {
  return /^[\d\s.,%±+<≤–—−\-[\]]*$/.test(text);
}
