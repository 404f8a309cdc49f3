import { type Block, renderReport, type Section } from '../../report/html.ts';
import type { Failure, TaskReport } from '../task.ts';
import type { ZeroShotReport } from '../zero-shot-classification.ts';
import { factsOf } from './facts.ts';
import { failureCard, type Thumbnails, worst } from './failure-card.ts';
import { between, byMetric, count, type Figure, figuresOf, headline, share, words } from './figures.ts';
import { shownFailures } from './thumbnails.ts';

export interface RenderEvaluationOptions {
  /** @default 'Evaluation' */
  readonly title?: string;
  /** Small pictures of failures; without them they are shown by their texts alone. */
  readonly thumbnails?: ReadonlyMap<Failure, Thumbnails>;
}

/**
 * Reports of tasks as one self-contained page: the figures that speak for each task, every score as a bar and in a table, and
 * its worst failures.
 * @param evaluation What `evaluate` returns, or its `results.json`.
 * @returns HTML.
 */
export function renderEvaluation(
  evaluation: { readonly [task: string]: TaskReport },
  { title = 'Evaluation', thumbnails = new Map() }: RenderEvaluationOptions = {},
): string {
  const reports = Object.values(evaluation);
  const scored = reports.filter((report) => figuresOf(report).length > 0);
  const rest = reports.length - scored.length;
  return renderReport({
    title,
    subtitle: `${tasks(scored.length)} scored${rest > 0 ? `, ${tasks(rest)} not` : ''}. A score is the share of right decisions, 0 to 1, with a 95 % bootstrap interval over the items; n counts decisions.`,
    sections: [
      ...(reports.length === 1 && scored.length === 1 ? [] : [overview(reports)]),
      ...reports.map((report) => taskSection(report, thumbnails)),
    ],
  });
}

function overview(reports: readonly TaskReport[]): Section {
  const scored = reports.filter((report) => figuresOf(report).length > 0);
  const others = reports.filter((report) => figuresOf(report).length === 0);
  return {
    title: 'Overview',
    blocks: [
      ...(scored.length > 0 ? [headlineTable(scored)] : []),
      ...others.map((report): Block => ({ kind: 'text', tone: 'bad', text: `${report.task} ${whyNot(report)}` })),
    ],
  };
}

function whyNot({ skipped, failed }: TaskReport): string {
  if (skipped) return `was skipped: ${skipped.reason}`;
  return failed ? `failed: ${failed.message}` : 'has no score.';
}

/** A score of a sample is never shown under the name of the whole. */
function titleOf({ task, limited }: TaskReport): string {
  return limited ? `${task} (${count(limited.drawn)} of ${count(limited.of)} ${limited.what})` : task;
}

function taskSection(report: TaskReport, thumbnails: ReadonlyMap<Failure, Thumbnails>): Section {
  const facts = factsOf(report);
  const figures = figuresOf(report);
  return {
    title: titleOf(report),
    blocks: [
      ...(figures.length === 0 ? [{ kind: 'text' as const, tone: 'bad' as const, text: `It ${whyNot(report)}` }] : []),
      ...missingBlocks(report),
      ...(report.limited
        ? [
            {
              kind: 'text' as const,
              tone: 'bad' as const,
              text: 'A sample was scored: these are no figures of the whole.',
            },
          ]
        : []),
      ...(figures.length > 0 ? [headlineBlock(report)] : []),
      ...[...byMetric(report)].map(([metric, own]) => bars(metric, own)),
      ...(figures.length > 0 ? [scoreTable(report)] : []),
      ...classTable(report),
      ...(facts.length > 0 ? [{ kind: 'facts' as const, title: 'Beside the scores', facts }] : []),
      ...failureBlocks(report, thumbnails),
    ],
  };
}

function headlineBlock(report: TaskReport): Block {
  return {
    kind: 'headline',
    figures: headline(report).map(({ name, score, chance }) => {
      const baselines = Object.entries(report.baselines ?? {}).flatMap(([baseline, values]) =>
        values[name] === undefined ? [] : [`${words(baseline)} ${share(values[name])}`],
      );
      const references = [...(chance === undefined ? [] : [`chance ${share(chance)}`]), ...baselines];
      const note = [`95 % ${between(score.interval)}`, `n ${count(score.n)}`, ...references].join(', ');
      return { name, value: share(score.value), note };
    }),
  };
}

function bars(metric: string, figures: readonly Figure[]): Block {
  const chances = new Set(figures.map(({ chance }) => (chance === undefined ? '' : share(chance))));
  const [common] = chances.size === 1 ? chances : [];
  const mark = common === undefined ? 'chance' : `chance ${common}`;
  return {
    kind: 'bars',
    title: metric,
    legend: { value: 'score', interval: '95 % interval', ...(common !== '' && { mark }) },
    rows: figures.map(({ over, score, chance }) => ({
      name: over || metric,
      value: score.value,
      interval: score.interval,
      ...(chance !== undefined && { mark: chance }),
      text: `${share(score.value)} ${between(score.interval)}, n ${count(score.n)}${chance === undefined || common !== undefined ? '' : `, chance ${share(chance)}`}`,
    })),
  };
}

/** Of the overview: of the baselines, which tasks have of different kinds, only the best. */
function headlineTable(reports: readonly TaskReport[]): Block {
  const rows = reports.flatMap((report) => headline(report).map((figure) => ({ report, figure })));
  return {
    kind: 'table',
    head: ['task and score', 'value', '95 % interval', 'n', 'chance', 'best baseline'],
    rows: rows.map(({ report, figure: { name, score, chance } }) => [
      `${titleOf(report)} ${name}`,
      ...[share(score.value), between(score.interval), score.n, chance === undefined ? '–' : share(chance)],
      share(
        Math.max(...Object.values(report.baselines ?? {}).map((values) => values[name] ?? Number.NEGATIVE_INFINITY)),
      ),
    ]),
  };
}

function scoreTable(report: TaskReport): Block {
  const baselines = Object.entries(report.baselines ?? {});
  return {
    kind: 'table',
    title: 'All scores',
    head: ['score', 'value', '95 % interval', 'n', 'chance', ...baselines.map(([baseline]) => words(baseline))],
    rows: figuresOf(report).map(({ name, score, chance }) => [
      name,
      ...[share(score.value), between(score.interval), score.n, chance === undefined ? '–' : share(chance)],
      ...baselines.map(([, values]) => share(values[name] ?? Number.NaN)),
    ]),
  };
}

/** Of zero-shot classification. */
function classTable(report: TaskReport & Partial<Pick<ZeroShotReport, 'classes'>>): Block[] {
  if (!report.classes) return [];
  const rows = report.classes.flatMap(({ name, score }) =>
    score ? [[name, share(score.value), between(score.interval), score.n]] : [],
  );
  return [{ kind: 'table', title: 'Classes', head: ['class', 'value', '95 % interval', 'n'], rows }];
}

function missingBlocks({ skipped }: TaskReport): Block[] {
  if (!skipped) return [];
  const { count: total, first, publishedAt } = skipped.missing;
  const shown = first.length < total ? `the first ${count(first.length)} of ${count(total)}` : `${count(total)}`;
  return [
    {
      kind: 'table',
      title: `Missing (${shown}; published at ${publishedAt})`,
      head: ['file'],
      rows: first.map((file) => [file]),
    },
  ];
}

function failureBlocks({ failures }: TaskReport, thumbnails: ReadonlyMap<Failure, Thumbnails>): Block[] {
  if (failures.length === 0) return [];
  const chosen = worst(failures, shownFailures);
  const pictured = chosen.filter((failure) => thumbnails.has(failure)).length;
  const without = chosen.length - pictured;
  const about = `${count(chosen.length)} of ${count(failures.length)}, the worst of each category in turn${without > 0 ? `; ${without === chosen.length ? 'pictures are not shown' : `${count(without)} without their pictures, for the size of the page`}` : ''}. ✓ belongs together; ✗ does not, and scores at least as high.`;
  return [
    {
      kind: 'gallery',
      title: 'Worst failures',
      wide: true,
      note: about,
      cards: chosen.map((failure) => failureCard(failure, thumbnails.get(failure))),
    },
  ];
}

function tasks(number: number): string {
  return `${count(number)} task${number === 1 ? '' : 's'}`;
}
