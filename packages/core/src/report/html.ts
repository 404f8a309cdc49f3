/** A block of a report. All text is escaped here, in one place; `svg` alone is trusted, it comes from `charts.ts`. */
export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'table'; head: readonly string[]; rows: readonly (readonly (string | number)[])[] }
  | { kind: 'chart'; title: string; svg: string }
  | { kind: 'gallery'; title: string; cards: readonly Card[] };

export interface Card {
  /** Encoded pictures shown side by side, PNG or JPEG. */
  readonly images: readonly Uint8Array[];
  readonly lines: readonly string[];
  /** Coloured edge: right, wrong, or neither. */
  readonly tone?: 'good' | 'bad';
}

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** One self-contained page: no script, no request, opens offline. */
export function renderReport({
  title,
  subtitle,
  sections,
}: {
  title: string;
  subtitle: string;
  sections: readonly Section[];
}): string {
  const nav = sections.map((section, i) => `<a href="#s${i}">${escapeHtml(section.title)}</a>`).join('');
  const body = sections
    .map(
      (section, i) =>
        `<section id="s${i}"><h2>${escapeHtml(section.title)}</h2>${section.blocks.map(block).join('\n')}</section>`,
    )
    .join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><header><h1>${escapeHtml(title)}</h1><p>${escapeHtml(subtitle)}</p><nav>${nav}</nav></header><main>
${body}
</main></body></html>
`;
}

function block(item: Block): string {
  switch (item.kind) {
    case 'text':
      return `<p>${escapeHtml(item.text)}</p>`;
    case 'table': {
      const cell = (value: string | number) =>
        typeof value === 'number'
          ? `<td class="n">${Number.isInteger(value) ? value : value.toFixed(3)}</td>`
          : `<td>${escapeHtml(value)}</td>`;
      const head = item.head.map((name) => `<th>${escapeHtml(name)}</th>`).join('');
      const rows = item.rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
      return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
    }
    case 'chart':
      return `<figure><figcaption>${escapeHtml(item.title)}</figcaption>${item.svg}</figure>`;
    case 'gallery':
      return `<h3>${escapeHtml(item.title)}</h3><div class="gallery">${item.cards.map(card).join('')}</div>`;
  }
}

function card({ images, lines, tone }: Card): string {
  const pictures = images.map(
    (bytes) =>
      `<img alt="" loading="lazy" src="data:${mediaType(bytes)};base64,${Buffer.from(bytes).toString('base64')}">`,
  );
  const text = lines.map((line) => `<span>${escapeHtml(line)}</span>`).join('');
  return `<div class="card${tone ? ` ${tone}` : ''}"><div>${pictures.join('')}</div>${text}</div>`;
}

const mediaType = (bytes: Uint8Array) => (bytes[0] === 0xff ? 'image/jpeg' : 'image/png');

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

const style = `
:root{color-scheme:light}*{box-sizing:border-box}body{margin:0;font:15px/1.5 system-ui,sans-serif;color:#1f2937;background:#fafafa}
header,main{max-width:60rem;margin:0 auto;padding:1rem 1.25rem}h1{margin:.5rem 0 0}header p{color:#4b5563;margin:.25rem 0}
nav a{margin-right:1rem;color:#2563eb}section{background:#fff;border:1px solid #e5e7eb;border-radius:8px;padding:.5rem 1.25rem 1.25rem;margin:1rem 0}
table{border-collapse:collapse;width:100%;font-size:14px}th,td{padding:.3rem .6rem;border-bottom:1px solid #e5e7eb;text-align:left}td.n{text-align:right;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}figure{margin:1rem 0}figcaption{font-weight:600}svg{width:100%;height:auto;max-width:46rem}
.legend span{margin-right:1rem;font-size:13px}.legend i{display:inline-block;width:.8em;height:.8em;margin-right:.35em;border-radius:2px}
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:.6rem}.card{border:1px solid #e5e7eb;border-left:4px solid #d1d5db;border-radius:6px;padding:.4rem;font-size:12.5px}
.card.good{border-left-color:#16855b}.card.bad{border-left-color:#c2410c}.card img{width:72px;height:72px;object-fit:contain;image-rendering:auto;background:#fff;margin-right:4px}.card span{display:block;overflow-wrap:anywhere}
`;
