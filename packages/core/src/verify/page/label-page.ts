import { createHash } from 'node:crypto';
import * as z from 'zod';
import { AnagramError } from '../../errors.ts';
import { thumbnail } from '../../image/thumbnail.ts';
import { copyButtons } from '../../report/copy-buttons.ts';
import { escapeHtml } from '../../report/escape.ts';
import { pageScript, renderPage } from '../../report/page.ts';
import { parseSettings } from '../../settings.ts';
import type { PairToLabel } from '../pairs-to-label.ts';
import { type LabelData, labelFunctions, startLabelling } from './label-script.ts';
import { nullIfUnreadable } from './threshold-view.ts';

export interface LabelPageOptions {
  /** Shown for when the labels are made. @default `anagram calibrate SOURCE --verifier FOLDER --labels labels.jsonl` */
  command?: string;
  signal?: AbortSignal;
}

const optionsSchema = z.strictObject({
  command: z.string().default('anagram calibrate SOURCE --verifier FOLDER --labels labels.jsonl'),
});

/** Width and height of the square that a picture is fitted into, in pixels. */
const side = 384;
/** Of all pictures in one page: beyond it browsers grow slow. */
const mostBytes = 48 * 2 ** 20;

/**
 * A self-contained page on which a person says of each pair whether its text is right, by arrow keys or buttons: what was answered stays
 * in the browser until it is downloaded as the `labels.jsonl` that `calibrate` reads. It shows no score and asks the network for
 * nothing. A pair whose picture cannot be read is left out.
 * @param pairs Of `pairsToLabel`, `preparedPairsToLabel` or `keptPairsToLabel`; no id twice.
 * @returns HTML, 20 KB or so a pair.
 * @throws AnagramError `invalid-options` where the page would be larger than browsers like, `not-enough-data` where no picture can be read
 */
export async function labelPage(pairs: readonly PairToLabel[], options: LabelPageOptions = {}): Promise<string> {
  const { signal, ...plain } = options;
  const { command } = parseSettings('labelPage', optionsSchema, plain);
  const shown: LabelData['pairs'][number][] = [];
  let bytes = 0;
  for (const { id, text, image, kept } of pairs) {
    signal?.throwIfAborted();
    const picture = await thumbnail(image, side).catch(nullIfUnreadable);
    if (!picture) continue;
    bytes += picture.length;
    if (bytes > mostBytes) throw tooMany(pairs.length, shown.length);
    shown.push({
      ...{ id, text, image: `data:image/webp;base64,${Buffer.from(picture).toString('base64')}` },
      ...(kept && { kept }),
    });
  }
  if (shown.length === 0) {
    const message = `None of ${pairs.length} pictures can be read. Expected at least one to label.`;
    throw new AnagramError('not-enough-data', message, { needed: 1, found: 0 });
  }
  const key = createHash('sha256').update(
    JSON.stringify(shown.map(({ id, text, kept }) => (kept ? [id, text, kept.pair] : [id, text]))),
  );
  const data: LabelData = { key: `anagram-labels-${key.digest('hex').slice(0, 16)}`, pairs: shown };
  return renderPage({
    title: 'Is the text right?',
    subtitle:
      'Right: the text describes the picture, in full and without a mistake. Wrong: anything in it is not so. Unsure: you cannot tell.',
    body: body(shown.length, command),
    style: rules,
    data,
    script: pageScript([startLabelling, copyButtons], labelFunctions),
  });
}

function body(count: number, command: string): string {
  const button = (answer: string, key: string, name: string) =>
    `<button type="button" data-answer="${answer}"><kbd>${key}</kbd> ${name}</button>`;
  return `<section class="label"><div class="progress"><progress id="progress" max="${count}" value="0" aria-label="Progress"></progress><span id="count">0 of ${count}</span><button type="button" id="download" disabled>Download labels.jsonl</button></div>
<p class="bad" id="unkept" hidden>This browser keeps nothing for this page: download the labels before you close it.</p>
<noscript><p class="bad">This page needs its script, and this browser runs none here.</p></noscript>
<div id="pair"><div class="picture"><img id="picture" alt="The picture to judge"></div><p id="text" aria-live="polite"></p></div>
<div id="done" hidden><h2>All of them are judged</h2><p>Download the labels, then let them choose the threshold:</p><div class="command"><code id="command">${escapeHtml(command)}</code><button type="button" data-copy="command">Copy</button></div></div>
<div class="answers">${button('wrong', '←', 'wrong')}${button('unsure', '↓', 'unsure')}${button('right', '→', 'right')}${button('undo', '↑', 'back')}</div>
<p class="note">Keys: ← or n, → or y, ↓ or u, ↑ or Backspace. The pairs stand in random order: stop where you like; the more are judged, the more can be proved. Answers stay in this browser until you download them.</p></section>`;
}

function tooMany(count: number, fit: number): AnagramError {
  return new AnagramError(
    'invalid-options',
    `labelPage: ${count} pairs are too many for one page. Expected at most about ${fit} with pictures like these. Draw fewer.`,
    { where: 'labelPage' },
  );
}

const rules = `
main{max-width:46rem}header{max-width:46rem;padding-bottom:0}.label{padding-top:1rem}.progress{display:flex;flex-wrap:wrap;gap:.5rem .75rem;align-items:center;font-variant-numeric:tabular-nums}progress{flex:1;min-width:8rem;accent-color:var(--link)}
button{font:inherit;color:inherit;background:var(--page);border:1px solid var(--edge);border-radius:8px;padding:.35rem .8rem;cursor:pointer}button:hover:enabled{border-color:var(--link)}button:disabled{opacity:.5;cursor:default}:focus-visible{outline:2px solid var(--link);outline-offset:1px}
.picture{height:min(24rem,42vh);display:flex;align-items:center;justify-content:center;margin:.75rem 0 .5rem}.picture img{width:100%;height:100%;object-fit:contain}
#text{font-size:1.35rem;line-height:1.35;text-align:center;min-height:3.7rem;max-height:12rem;overflow:auto;margin:.5rem 0;overflow-wrap:anywhere;white-space:pre-wrap}
.answers{display:grid;grid-template-columns:repeat(3,1fr) auto;gap:.6rem}.answers button{padding:.7rem .5rem;font-weight:600}.answers [data-answer=right]{border-color:var(--good);color:var(--good)}.answers [data-answer=wrong]{border-color:var(--bad);color:var(--bad)}kbd{font:inherit;opacity:.7}
.note{color:var(--muted);font-size:14px}.command{display:flex;gap:.6rem;align-items:center;margin:.75rem 0}.command code{flex:1;min-width:0;overflow-wrap:anywhere;background:var(--page);border:1px solid var(--line);border-radius:6px;padding:.4rem .6rem;font-size:13px}
[hidden]{display:none!important}@media (max-width:30rem){.answers{grid-template-columns:repeat(3,1fr)}.answers [data-answer=undo]{grid-column:1/-1;padding:.4rem}#text{font-size:1.1rem}kbd{display:none}}
`;
