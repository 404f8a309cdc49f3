import { readFile } from 'node:fs/promises';
import {
  type Block,
  barChart,
  type Card,
  encodePng,
  histogram,
  lineChart,
  type Pixels,
  renderReport,
  type Section,
  type StepRecord,
} from '@anagram/core';
import type { Attribution } from '@anagram/worlds/emoji-scenes';
import { type Contender, contenderNames, contenders } from './budget.ts';
import type { Contest } from './composition.ts';
import type { Found } from './search.ts';
import type { Verification } from './verification.ts';

export interface DemoFindings {
  readonly mode: 'quick' | 'full';
  readonly verification: Verification;
  readonly contest: Record<Contender, Contest>;
  readonly found: readonly Found[];
  /** A few scenes with their negatives, as training saw them. */
  readonly scenes: readonly { readonly images: readonly Pixels[]; readonly texts: readonly string[] }[];
  readonly attributions: readonly Attribution[];
}

/** The demo's findings as one self-contained page. */
export async function renderPage(findings: DemoFindings): Promise<string> {
  const { mode, verification, contest, found, scenes, attributions } = findings;
  return renderReport({
    title: 'Anagram on real pictures',
    subtitle: `The ${mode} demo: a noisy emoji corpus, prepared; scenes composed of emoji, learned by plain CLIP and by Anagram; everything scored on a vendor that neither has seen.`,
    sections: [
      compositionSection(contest),
      await curvesSection(contest),
      verificationSection(verification),
      { title: 'Pairs', blocks: verification.galleries.map(({ title, cards }) => ({ kind: 'gallery', title, cards })) },
      { title: 'Scenes and their negatives', blocks: [await sceneGallery(scenes)] },
      { title: 'Search', blocks: found.map(searchGallery) },
      {
        title: 'Artwork',
        blocks: [
          {
            kind: 'table',
            head: ['artwork', 'by', 'licence'],
            rows: attributions.map(({ title: name, author, licence }) => [name, author, licence]),
          },
        ],
      },
    ],
  });
}

function compositionSection(contest: Record<Contender, Contest>): Section {
  const categories = Object.keys(contest.anagram.composition.categories);
  const percent = (value: number) => value.toFixed(2);
  const rows = contenderNames.map((name) => {
    const { composition, retrieval } = contest[name];
    const groups = categories.map((category) => percent(composition.categories[category]!.group.value));
    return [contenders[name].title, ...groups, percent(composition.mean), percent(retrieval.recallAt1)];
  });
  const detail = categories.flatMap((category) =>
    contenderNames.map((name) => {
      const { text, image, group } = contest[name].composition.categories[category]!;
      const interval = group.interval.map(percent).join('–');
      return [
        category,
        contenders[name].title,
        percent(text.value),
        percent(image.value),
        percent(group.value),
        interval,
        group.n,
      ];
    }),
  );
  return {
    title: 'Composition on the held-out vendor',
    blocks: [
      {
        kind: 'text',
        text: 'Group score: right in all four decisions of an item, two pictures and two texts (Winoground). Chance is 0.17. Last column: retrieval, R@1 both ways.',
      },
      { kind: 'table', head: ['', ...categories, 'mean', 'R@1'], rows },
      {
        kind: 'chart',
        title: 'Group score by category, with 95 % intervals',
        svg: barChart({
          groups: categories,
          series: contenderNames.map((name) => ({
            name: contenders[name].title,
            values: categories.map((category) => contest[name].composition.categories[category]!.group.value),
            intervals: categories.map((category) => contest[name].composition.categories[category]!.group.interval),
          })),
          y: 'group score',
        }),
      },
      { kind: 'table', head: ['category', 'model', 'text', 'image', 'group', '95 % interval', 'n'], rows: detail },
    ],
  };
}

async function curvesSection(contest: Record<Contender, Contest>): Promise<Section> {
  const logs = await Promise.all(
    contenderNames.map(async (name) => {
      const lines = (await readFile(contest[name].log, 'utf8')).split('\n').filter(Boolean);
      return { name: contenders[name].title, records: lines.map((line) => JSON.parse(line) as StepRecord) };
    }),
  );
  const chart = (y: string, pick: (record: StepRecord) => number): Block => ({
    kind: 'chart',
    title: `${y} over steps`,
    svg: lineChart({
      series: logs.map(({ name, records }) => ({
        name,
        points: records.map((record) => [record.step, pick(record)] as const),
      })),
      x: 'step',
      y,
    }),
  });
  return {
    title: 'Training',
    blocks: [
      {
        kind: 'text',
        text: `Pictures seen: ${contenderNames.map((name) => `${contenders[name].title} ${contest[name].imagesSeen.toLocaleString('en')}`).join(', ')}.`,
      },
      chart('contrastive loss', (record) => record.terms.contrastive ?? record.loss),
      chart('logit scale', (record) => record.logitScale),
    ],
  };
}

function verificationSection(verification: Verification): Section {
  const { auroc, precision, recall, threshold, byTower, scores, outcomes } = verification;
  return {
    title: 'Preparation: which pairs are right?',
    blocks: [
      {
        kind: 'text',
        text: 'Measured on the raw pairs that were not used to calibrate. The verifier was trained on the noisy corpus itself; no tower judged a picture that it was trained on.',
      },
      {
        kind: 'table',
        head: ['judge', 'AUROC'],
        rows: [...Object.entries(byTower).map(([name, value]) => [name, value] as const), ['fused', auroc]],
      },
      {
        kind: 'table',
        head: ['threshold', 'precision of kept', 'recall of right'],
        rows: [[threshold, precision, recall]],
      },
      {
        kind: 'chart',
        title: 'Probability that a pair is right',
        svg: histogram({
          sets: [
            { name: 'right pairs', values: scores.right },
            { name: 'wrong pairs', values: scores.wrong },
          ],
          x: 'probability',
          mark: { at: threshold, name: 'threshold' },
        }),
      },
      {
        kind: 'table',
        head: ['way', 'records', 'kept', 'right among kept'],
        rows: outcomes.map(({ way, records, kept, right }) => [
          way,
          records,
          kept,
          right === null ? '–' : right.toFixed(2),
        ]),
      },
    ],
  };
}

async function sceneGallery(scenes: DemoFindings['scenes']): Promise<Block> {
  const cards = await Promise.all(
    scenes.map(
      async ({ images, texts }): Promise<Card> => ({
        images: await Promise.all(images.map((image) => encodePng(image))),
        lines: texts,
      }),
    ),
  );
  return { kind: 'gallery', title: 'Each pair and its negative differ in exactly one thing', cards };
}

function searchGallery({ query, hits }: Found): Block {
  return {
    kind: 'gallery',
    title: query,
    cards: hits.map(({ image, text, score }) => ({ images: [image], lines: [text, `cosine ${score.toFixed(2)}`] })),
  };
}
