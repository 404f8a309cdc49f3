import { detectFormat } from '../image/format.ts';
import { escapeHtml } from './escape.ts';

export interface Card {
  /** Stands above the pictures. */
  readonly title?: string;
  /** Encoded pictures shown side by side, JPEG, PNG or WebP; a bare one is decoration beside the lines. */
  readonly images: readonly (Uint8Array | CardImage)[];
  readonly lines: readonly string[];
  /** Texts and how each fared with each picture. */
  readonly grid?: CardGrid;
  /** Coloured edge: right, wrong, or neither. */
  readonly tone?: 'good' | 'bad';
}

export interface CardImage {
  /** null where the picture could not be read. */
  readonly bytes: Uint8Array | null;
  /** What it shows. */
  readonly alt: string;
  readonly caption?: string;
}

export interface CardGrid {
  readonly head: readonly string[];
  readonly rows: readonly {
    readonly text: string;
    readonly cells: readonly { readonly text: string; readonly tone?: 'good' | 'bad' }[];
  }[];
}

export function renderCard({ title, images, lines, grid, tone }: Card): string {
  const head = title === undefined ? '' : `<h4>${escapeHtml(title)}</h4>`;
  const text = lines.map((line) => `<span>${escapeHtml(line)}</span>`).join('');
  const pictures = images.map((image) => picture(image instanceof Uint8Array ? { bytes: image, alt: '' } : image));
  return `<div class="card${tone ? ` ${tone}` : ''}">${head}<div class="pictures">${pictures.join('')}</div>${grid ? renderGrid(grid) : ''}${text}</div>`;
}

function picture({ bytes, alt, caption }: CardImage): string {
  const shown = bytes
    ? `<img alt="${escapeHtml(alt)}" decoding="async" src="data:${mediaType(bytes)};base64,${Buffer.from(bytes).toString('base64')}">`
    : `<span class="absent">no picture: ${escapeHtml(alt)}</span>`;
  return caption === undefined ? shown : `<figure>${shown}<figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

function renderGrid({ head, rows }: CardGrid): string {
  const cell = ({ text, tone }: CardGrid['rows'][number]['cells'][number]) =>
    `<td class="n${tone ? ` ${tone}` : ''}">${escapeHtml(text)}</td>`;
  const body = rows.map(
    ({ text, cells }) => `<tr><th scope="row">${escapeHtml(text)}</th>${cells.map(cell).join('')}</tr>`,
  );
  const [first = '', ...others] = head;
  return `<table><thead><tr><th scope="col">${escapeHtml(first)}</th>${others.map((name) => `<th scope="col" class="n">${escapeHtml(name)}</th>`).join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

function mediaType(bytes: Uint8Array): string {
  const format = detectFormat(bytes);
  return `image/${format === 'jpg' ? 'jpeg' : (format ?? 'png')}`;
}
