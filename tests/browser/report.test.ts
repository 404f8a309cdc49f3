/// <reference lib="dom" />
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  barChart,
  composition,
  encodePng,
  evaluate,
  histogram,
  lineChart,
  Random,
  renderComparison,
  renderReport,
} from '@anagram/core';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from './find-chromium.ts';

const executablePath = findChromium();
const demoReport = join(import.meta.dirname, '../../anagram-demo/report.html');

describe.skipIf(!executablePath)('a report in headless Chromium', () => {
  let browser: Browser;
  let dir: string;

  beforeAll(async () => {
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
    browser = await chromium.launch({ executablePath: executablePath!, args });
    dir = await mkdtemp(join(tmpdir(), 'anagram-report-'));
  });
  afterAll(async () => {
    await browser?.close();
    await rm(dir, { recursive: true, force: true });
  });

  /** Opens a file as a person would, and collects whatever the page complains about or asks the network for. */
  async function open(path: string, width = 900, colorScheme: 'light' | 'dark' = 'light') {
    const page = await browser.newPage({ viewport: { width, height: 700 }, colorScheme });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('request', (request) => /^(file|data):/.test(request.url()) || complaints.push(request.url()));
    await page.goto(pathToFileURL(path).href);
    return { page, complaints };
  }

  async function expectSound(path: string, width?: number) {
    const { page, complaints } = await open(path, width);
    await page.evaluate(() => {
      for (const image of document.images) image.loading = 'eager';
    });
    await page.waitForFunction(() => [...document.images].every((image) => image.complete));
    const seen = await page.evaluate(() => ({
      broken: [...document.images].filter((image) => image.naturalWidth === 0).length,
      images: document.images.length,
      charts: [...document.querySelectorAll('svg')].filter((svg) => svg.getBoundingClientRect().height > 100).length,
      sideways: document.documentElement.scrollWidth > window.innerWidth,
      sections: [...document.querySelectorAll('h2')].map((heading) => heading.textContent),
      nan: /NaN|undefined|\[object/.test(document.body.textContent ?? ''),
    }));
    await page.close();
    expect(complaints).toEqual([]);
    expect(seen).toMatchObject({ broken: 0, sideways: false, nan: false });
    return seen;
  }

  it('shows its charts and pictures, and asks the network for nothing', async () => {
    const picture = await encodePng({ width: 8, height: 8, data: new Uint8Array(8 * 8 * 3).fill(200) });
    const path = join(dir, 'report.html');
    const line = lineChart({
      series: [
        {
          name: 'a',
          points: [
            [0, 1],
            [1, 0.5],
          ],
        },
      ],
      x: 'step',
      y: 'loss',
    });
    const bars = barChart({
      groups: ['g', 'h'],
      series: [
        {
          name: 's',
          values: [0.2, 0.9],
          intervals: [
            [0.1, 0.3],
            [0.8, 1],
          ],
        },
      ],
      y: 'score',
    });
    const counts = histogram({
      sets: [{ name: 'v', values: [0.1, 0.2, 0.9] }],
      x: 'probability',
      mark: { at: 0.5, name: 't' },
    });
    const html = renderReport({
      title: 'A report',
      subtitle: 'of a test',
      sections: [
        { title: 'Charts', blocks: [line, bars, counts].map((svg) => ({ kind: 'chart' as const, title: 'c', svg })) },
        {
          title: 'Pairs',
          blocks: [{ kind: 'gallery', title: 'g', cards: [{ images: [picture], lines: ['a <b>'], tone: 'good' }] }],
        },
      ],
    });
    await writeFile(path, html);
    expect(await expectSound(path)).toMatchObject({ images: 1, charts: 3, sections: ['Charts', 'Pairs'] });
  });

  it('shows an evaluation on a wide and on a narrow screen: every score as text, failures with pictures and their texts', async () => {
    const results = await evaluate({ model: randomModel, tasks: [composition({ name: 'own', items })], dir });
    const path = join(dir, 'report.html');
    for (const width of [1200, 400]) {
      const seen = await expectSound(path, width);
      expect(seen).toMatchObject({ images: 24, sections: ['own'] });
    }
    const { page } = await open(path, 400);
    const bars = page.getByRole('listitem');
    for (const [name, { value }] of Object.entries(results.own!.scores)) {
      const [over] = name.split(/\.(?=\w+$)/);
      await expect(
        bars
          .filter({ hasText: over! })
          .filter({ hasText: value.toFixed(3) })
          .count(),
      ).resolves.toBeGreaterThan(0);
    }
    const alts = await page.getByRole('img').evaluateAll((images) => images.map((image) => image.getAttribute('alt')));
    expect(alts.filter((alt) => alt?.startsWith('text '))).toHaveLength(24);
    await page.close();
  });

  it('shows a comparison, in dark as in light with enough contrast', async () => {
    const path = join(dir, 'comparison.html');
    const score = { first: 0.5, second: 0.6, difference: 0.1, interval: [0.05, 0.15] as const, p: 0.001, n: 100 };
    await writeFile(path, renderComparison([{ first: 'a', second: 'b', tasks: { task: { 'all.choice': score } } }]));
    for (const width of [1200, 400]) expect(await expectSound(path, width)).toMatchObject({ sections: ['task'] });
    for (const scheme of ['light', 'dark'] as const) {
      const { page } = await open(path, 900, scheme);
      const luminances = await page.evaluate(() =>
        [document.querySelector('.bars .text')!, document.querySelector('section')!].map((element, k) => {
          const style = getComputedStyle(element);
          const channels = (k === 0 ? style.color : style.backgroundColor).match(/\d+/g)!.slice(0, 3).map(Number);
          const linear = channels.map((c) =>
            c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
          );
          return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
        }),
      );
      const [text, ground] = luminances;
      expect(text! > ground!).toBe(scheme === 'dark');
      const [dark, bright] = luminances.sort((a, b) => a - b) as [number, number];
      expect((bright + 0.05) / (dark + 0.05)).toBeGreaterThan(4.5);
      await page.close();
    }
  });

  it.skipIf(!existsSync(demoReport))('opens what the demo left behind', async () => {
    const seen = await expectSound(demoReport);
    expect(seen.images).toBeGreaterThan(40);
    expect(seen.charts).toBeGreaterThanOrEqual(4);
    const results = JSON.parse(await readFile(demoReport.replace('report.html', 'results.json'), 'utf8'));
    expect(Object.keys(results.composition.anagram.categories).length).toBeGreaterThanOrEqual(8);
  });
});

const grey = (value: number) => ({ width: 64, height: 40, data: new Uint8Array(64 * 40 * 3).fill(value) });
const items = Array.from({ length: 60 }, (_, k) => ({
  id: `${k}`,
  category: `category ${k % 4}`,
  images: [grey(2 * k), grey(2 * k + 1)] as const,
  texts: [`text ${2 * k} <script>`, `text ${2 * k + 1}`] as const,
}));

const direction = (name: string) => {
  const random = new Random('report-test', 0, name);
  const vector = Array.from({ length: 8 }, () => random.uint32() / 2 ** 31 - 1);
  return vector.map((value) => value / Math.hypot(...vector));
};
const randomModel = {
  embedDim: 8,
  embedImages: async (images: readonly object[]) =>
    Float32Array.from(images.flatMap((_, k) => direction(`picture ${k}`))),
  embedTexts: async (texts: readonly string[]) => Float32Array.from(texts.flatMap(direction)),
};
