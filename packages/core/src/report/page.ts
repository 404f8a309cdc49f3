import { createHash } from 'node:crypto';
import { escapeHtml } from './escape.ts';
import { style } from './style.ts';

export interface Page {
  readonly title: string;
  readonly subtitle: string;
  /** HTML between the navigation's tags. @default no navigation */
  readonly nav?: string;
  /** HTML of the main part. */
  readonly body: string;
  /** Rules behind those of every report. */
  readonly style?: string;
  /** Data for the script, as JSON in the element with the id `data`. */
  readonly data?: unknown;
  /** The one script that the page may run. */
  readonly script?: string;
}

/** A self-contained page, light or dark as its reader likes: it asks the network for nothing and opens offline. */
export function renderPage({ title, subtitle, nav, body, style: own = '', data, script }: Page): string {
  const hash = script === undefined ? null : createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'${hash === null ? '' : `; script-src 'sha256-${hash}'`}`;
  const stored = data === undefined ? '' : `<script type="application/json" id="data">${jsonInHtml(data)}</script>\n`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(title)}</title><style>${style}${own}</style></head>
<body><header><h1>${escapeHtml(title)}</h1><p>${escapeHtml(subtitle)}</p>${nav === undefined ? '' : `<nav aria-label="Sections">${nav}</nav>`}</header><main>
${body}
</main>${stored}${script === undefined ? '' : `<script>${script}</script>`}</body></html>
`;
}

/**
 * The text of a page's script. Functions are taken as they stand, so that they are typed and formatted like everything else: they may
 * know nothing but each other and the browser.
 * @param starts Are called one after the other. @param others Are called by them.
 */
export function pageScript(
  starts: readonly (() => void)[],
  others: readonly ((...values: never[]) => unknown)[] = [],
): string {
  const calls = starts.map(({ name }) => `${name}();`);
  return `'use strict';\n${[...starts, ...others, ...calls].join('\n')}\n`;
}

/** JSON that ends no script: it may stand between its tags. */
function jsonInHtml(data: unknown): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}
