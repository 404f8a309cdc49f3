import type { RefusedText } from '../../pair.ts';
import { type Card, renderCard } from '../../report/cards.ts';
import { copyButtons } from '../../report/copy-buttons.ts';
import { escapeHtml } from '../../report/escape.ts';
import { type Block, renderBlock } from '../../report/html.ts';
import { pageScript, renderPage } from '../../report/page.ts';
import { unitChart } from '../../report/unit-chart.ts';
import { brier, reliability, wilsonInterval } from '../metrics.ts';
import {
  figuresAt,
  shownAtBorder,
  startThreshold,
  type ThresholdData,
  thresholdFunctions,
} from './threshold-script.ts';
import type { Example, ScoredPair } from './threshold-view.ts';

/** What a threshold's page shows. */
export interface ThresholdView {
  readonly title: string;
  readonly subtitle: string;
  readonly data: ThresholdData;
  readonly scored: readonly ScoredPair[];
  /** Best first, one for each of `data.examples`. */
  readonly examples: readonly Example[];
  /** Texts that a generator offered and verification refused, the likeliest first. */
  readonly refused?: readonly RefusedExample[];
  /** What the counts of `data.routes` are. */
  readonly routeNames?: { readonly [name: string]: string };
  /** Sentences about what the figures are worth. */
  readonly statements: readonly string[];
}

export interface RefusedExample extends RefusedText {
  /** Of its record. */
  readonly id: string;
  readonly image: Uint8Array | null;
}

/** A threshold over scored pairs as one self-contained page that moves without a model. @returns HTML. */
export function renderThreshold(view: ThresholdView): string {
  const { title, subtitle, data, scored, routeNames, refused = [] } = view;
  const figures = figuresAt(data, data.start);
  const sections = [
    ['border', 'At the border', border(view)],
    ['keeps', 'What it keeps', whatItKeeps(view)],
    ...(data.routes && routeNames
      ? [['routes', 'Where records go', routeTable(routeNames, data.routes, figures)] as const]
      : []),
    ...(refused.length > 0 ? [['refused', 'Refused texts', refusedTexts(refused)] as const] : []),
    ['trust', 'What the figures are worth', worth(scored, view.statements)],
  ] as const;
  const nav = sections.map(([id, name]) => `<a href="#${id}">${name}</a>`).join('');
  const body = sections.map(([id, name, html]) => `<section id="${id}"><h2>${name}</h2>${html}</section>`);
  return renderPage({
    title,
    subtitle,
    nav,
    body: [control(data, figures), ...body].join('\n'),
    style: rules,
    data,
    script: pageScript([startThreshold, copyButtons], thresholdFunctions),
  });
}

type Figures = { readonly [name: string]: string };

function control(data: ThresholdData, figures: Figures): string {
  const figure = (name: string) => `<span data-figure="${name}">${escapeHtml(figures[name] ?? '')}</span>`;
  const large = (title: string, name: string, note: string) =>
    `<div><dt>${title}</dt><dd><b data-figure="${name}">${escapeHtml(figures[name]!)}</b>${figure(note)}</dd></div>`;
  return `<section class="control" aria-label="Threshold">
<div class="slide"><label for="slider">Threshold</label><input id="slider" type="range" min="0" max="${data.threshold.length - 1}" step="1" value="${data.start}"><input id="field" type="number" min="0" max="1" step="any" value="${escapeHtml(figures.threshold!)}" aria-label="Threshold as a number"><button id="reset" type="button" title="Back to ${data.threshold[data.start]}">Reset</button></div>
<dl class="headline">${large('kept', 'kept', 'share')}${large('expected precision', 'precision', 'error')}<div><dt>expected recall</dt><dd><b data-figure="recall">${escapeHtml(figures.recall!)}</b>kept among right</dd></div>${data.measured ? large('measured precision', 'measured', 'interval') : ''}</dl>
<noscript><p class="bad">This browser runs no script here: the page stays at its first threshold.</p></noscript></section>
<section class="use"><form id="target"><label for="of">Find the threshold for a</label> <select id="of" name="of"><option value="precision">precision</option><option value="recall">recall</option><option value="keep">share kept</option></select> <label for="share">of</label> <input id="share" name="share" type="number" min="0" max="1" step="0.01" value="0.95"> <button>Find</button> <output id="found"></output></form>
<div class="command"><code id="command" data-figure="command">${escapeHtml(figures.command!)}</code><button type="button" data-copy="command">Copy</button></div></section>`;
}

function whatItKeeps({ data, scored }: ThresholdView): string {
  const { threshold, precision, error, recall, kept, total, start } = data;
  const at = threshold[start]!;
  const stops = [...threshold.keys()].filter((k) => precision[k] !== null);
  const points = (values: readonly (number | null)[]) => stops.map((k) => [threshold[k]!, values[k]!] as const);
  const errors = stops.map((k) => error[k] ?? 0);
  const charts = [
    chart(
      'Over the threshold',
      unitChart({
        x: 'threshold',
        y: 'share',
        lines: [
          { name: 'expected precision, ± 1 standard error', points: points(precision), error: errors },
          { name: 'expected recall', points: points(recall) },
          { name: 'share kept', points: points(kept.map((count) => count / Math.max(1, total))) },
        ],
        mark: { id: 'over-threshold', x: at },
      }),
    ),
    chart(
      'Precision over recall',
      unitChart({
        x: 'expected recall',
        y: 'expected precision',
        lines: [
          {
            name: 'precision',
            points: stops.map((k) => [recall[k]!, precision[k]!] as const),
            error: errors,
          },
        ],
        mark: { id: 'over-recall', x: recall[start]!, y: precision[start] ?? 1 },
      }),
    ),
    chart('Scores of all pairs', scoreChart(scored, at)),
  ];
  return `<div class="charts">${charts.join('')}</div>`;
}

const bins = 40;

function scoreChart(scored: readonly ScoredPair[], at: number): string {
  const counts = new Array<number>(bins).fill(0);
  for (const { probability } of scored) counts[Math.min(bins - 1, Math.floor(probability * bins))]! += 1;
  const most = Math.max(1, ...counts);
  return unitChart({
    x: 'probability that the pair is right',
    y: 'pairs',
    yTicks: [0, 0.5, 1].map((part) => ({ at: part, text: Math.round(part * most).toLocaleString('en') })),
    columns: counts.map((count, k) => ({ from: k / bins, to: (k + 0.92) / bins, height: count / most })),
    mark: { id: 'scores', x: at },
  });
}

function chart(title: string, svg: string): string {
  return `<figure><figcaption>${escapeHtml(title)}</figcaption>${svg}</figure>`;
}

/** Routes that some threshold gives a record. */
function routeTable(
  names: { readonly [name: string]: string },
  routes: NonNullable<ThresholdData['routes']>,
  figures: Figures,
): string {
  const used = Object.entries(names).filter(([name]) => routes[name]?.some((count) => count > 0));
  const rows = used.map(
    ([name, text]) =>
      `<tr><th scope="row">${escapeHtml(text)}</th><td class="n" data-figure="route-${escapeHtml(name)}">${escapeHtml(figures[`route-${name}`] ?? '')}</td></tr>`,
  );
  return `<div class="scroll" tabindex="0"><table class="plain"><tbody>${rows.join('')}</tbody></table></div>
<p class="note">Repairs, matches and captions are those that the last run found: a lower threshold may accept more of them, and a higher one would look for more.</p>`;
}

/** All cards stand in one hidden list, from which the script takes those at the border. */
function border({ examples, scored }: ThresholdView): string {
  const cards = examples.map((example) => renderCard(card(example)));
  const empty = examples.some(({ image }) => image === null)
    ? ' Some stand without their pictures, for the size of the page.'
    : '';
  return `<p class="note">${examples.length === scored.length ? `All ${examples.length} pairs` : `${examples.length} of ${scored.length.toLocaleString('en')} pairs, drawn at random from all parts of the scale`}, of which those nearest to the threshold are shown.${empty}</p>
<h3>Just kept</h3><div class="gallery border" id="just-kept"></div>
<h3>Just not kept</h3><div class="gallery border" id="just-rejected"></div>
<div id="cards" data-most="${shownAtBorder}" hidden>${cards.join('\n')}</div>`;
}

/** They do not move: whether a text is accepted is told by the next run. */
function refusedTexts(refused: readonly RefusedExample[]): string {
  const cards = refused.map(({ id, text, score, by, image }) => {
    const shown = cut(text);
    return renderCard({ title: score.toFixed(4), images: [{ bytes: image, alt: shown }], lines: [shown, id, by] });
  });
  return `<p class="note">What generators offered for pictures and the last run did not accept: the likeliest ${refused.length}, each with the probability that it is right.</p>
<div class="gallery border">${cards.join('\n')}</div>`;
}

const mostCharacters = 300;

function cut(text: string): string {
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
}

function card({ id, text, probability, right, image }: Example): Card {
  const label = right === undefined ? '' : right ? ', labelled right' : ', labelled wrong';
  const shown = cut(text);
  return {
    title: `${probability.toFixed(4)}${label}`,
    images: [{ bytes: image, alt: shown }],
    lines: [shown, id],
    ...(right !== undefined && { tone: right ? ('good' as const) : ('bad' as const) }),
  };
}

function worth(scored: readonly ScoredPair[], statements: readonly string[]): string {
  const blocks = statements.map((text): Block => ({ kind: 'text', text }));
  const labelled = scored.filter(({ right }) => right !== undefined);
  if (labelled.length === 0) return blocks.map(renderBlock).join('');
  const probabilities = labelled.map(({ probability }) => probability);
  const right = labelled.map((pair) => pair.right!);
  const observed = reliability(probabilities, right).filter(({ count }) => count > 0);
  const share = right.filter(Boolean).length / right.length;
  const score: Block = {
    kind: 'headline',
    figures: [
      {
        name: 'Brier score',
        value: brier(probabilities, right).toFixed(3),
        note: `of ${labelled.length} labelled pairs; 0 is perfect, ${(share * (1 - share)).toFixed(3)} what their share of right ones alone gets`,
      },
    ],
  };
  const diagram = unitChart({
    x: 'probability that was given',
    y: 'share of right pairs',
    diagonal: true,
    points: observed.map(({ predicted, observed: y, count }) => ({
      x: predicted,
      y,
      interval: wilsonInterval(Math.round(y * count), count),
    })),
  });
  return `${[score, ...blocks].map(renderBlock).join('')}<div class="charts">${chart('Reliability: labelled pairs by tenths of the scale, with 95 % intervals', diagram)}</div>`;
}

const rules = `
.control{position:sticky;top:0;z-index:1;padding:.6rem 1.25rem;box-shadow:0 2px 10px rgb(0 0 0/.12)}.slide{display:flex;gap:.75rem;align-items:center}.slide label{font-weight:600}.slide #slider{flex:1;min-width:6rem;accent-color:var(--link);margin:0}
.control .headline{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.25rem 1.5rem;margin:.4rem 0 0}.control .headline b{font-size:1.5rem}
input,select,button{font:inherit;color:inherit;background:var(--page);border:1px solid var(--edge);border-radius:6px;padding:.2rem .5rem;max-width:100%}input[type=number]{width:6.5rem;font-variant-numeric:tabular-nums}button{cursor:pointer}button:hover{border-color:var(--link)}:focus-visible{outline:2px solid var(--link);outline-offset:1px}
.use{padding-top:1rem}.use form{display:flex;flex-wrap:wrap;gap:.4rem .5rem;align-items:center}.use output{color:var(--bad)}.command{display:flex;gap:.6rem;align-items:center;margin-top:.75rem}.command code{flex:1;min-width:0;overflow-wrap:anywhere;background:var(--page);border:1px solid var(--line);border-radius:6px;padding:.4rem .6rem;font-size:13px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr));gap:.5rem 1.5rem}.charts figure{margin:.5rem 0;min-width:0;max-width:27rem}.charts svg{width:100%;height:auto;display:block}.charts svg svg{width:auto}
.at{stroke:var(--ink);stroke-width:2}.dot{stroke-width:9;stroke-linecap:round}.dot:not(.at){stroke:var(--link)}table.plain th{font-weight:400}.note{color:var(--muted);font-size:14px}
.gallery.border{grid-template-columns:repeat(auto-fill,minmax(min(100%,9rem),1fr));min-height:4rem}.gallery.border img,.gallery.border .absent{width:100%;height:auto;aspect-ratio:1;object-fit:contain;background:none;margin:0}.gallery.border .pictures{display:block}
.gallery.border:empty::after{content:"none";color:var(--muted)}section[id]{scroll-margin-top:9rem}@media (max-width:44rem){.control{padding:.5rem .75rem}.control .headline{grid-template-columns:1fr 1fr;gap:.1rem .75rem}.control .headline b{font-size:1.15rem}.control .headline dd{font-size:11.5px;line-height:1.3}.control .headline dt{font-size:13px}.slide label{display:none}input[type=number]{width:5.5rem}section[id]{scroll-margin-top:13rem}}
@media print{.control{position:static;box-shadow:none}}
`;
