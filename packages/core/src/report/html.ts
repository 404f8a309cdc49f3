import { type Bars, renderBars } from './bars.ts';
import { type Card, renderCard } from './cards.ts';
import { escapeHtml } from './escape.ts';
import { renderPage } from './page.ts';
import { renderTable, type Table } from './table.ts';

/** A block of a report. All text is escaped where it is rendered; `svg` alone is trusted, it comes from `charts.ts`. */
export type Block =
  | { kind: 'text'; text: string; tone?: 'bad' }
  | ({ kind: 'table'; title?: string } & Table)
  | ({ kind: 'bars'; title: string } & Bars)
  /** Figures that stand large, each with a line under it. */
  | { kind: 'headline'; figures: readonly { name: string; value: string; note: string }[] }
  /** Names and what is known under them. */
  | { kind: 'facts'; title: string; facts: readonly (readonly [name: string, value: string])[] }
  | { kind: 'chart'; title: string; svg: string }
  /** Cards are as wide as two small pictures, or as a few words of a table where `wide` is set. */
  | { kind: 'gallery'; title: string; note?: string; cards: readonly Card[]; wide?: boolean };

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** One self-contained page, light or dark as its reader likes: no script, no request, opens offline. */
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
        `<section id="s${i}"><h2>${escapeHtml(section.title)}</h2>${section.blocks.map(renderBlock).join('\n')}</section>`,
    )
    .join('\n');
  return renderPage({ title, subtitle, nav, body });
}

/** One block as HTML. */
export function renderBlock(item: Block): string {
  switch (item.kind) {
    case 'text':
      return `<p${item.tone ? ` class="${item.tone}"` : ''}>${escapeHtml(item.text)}</p>`;
    case 'table':
      return `${item.title === undefined ? '' : heading(item.title)}${renderTable(item)}`;
    case 'bars':
      return `${heading(item.title)}${renderBars(item)}`;
    case 'headline':
      return `<dl class="headline">${item.figures.map(({ name, value, note }) => `<div><dt>${escapeHtml(name)}</dt><dd><b>${escapeHtml(value)}</b>${escapeHtml(note)}</dd></div>`).join('')}</dl>`;
    case 'facts':
      return `${heading(item.title)}<dl class="facts">${item.facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>`;
    case 'chart':
      return `<figure class="chart"><figcaption>${escapeHtml(item.title)}</figcaption>${item.svg}</figure>`;
    case 'gallery':
      return `${heading(item.title)}${item.note === undefined ? '' : `<p>${escapeHtml(item.note)}</p>`}<div class="gallery${item.wide ? ' wide' : ''}">${item.cards.map(renderCard).join('\n')}</div>`;
  }
}

function heading(text: string): string {
  return `<h3>${escapeHtml(text)}</h3>`;
}
