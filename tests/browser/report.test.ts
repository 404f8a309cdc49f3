/// <reference lib="dom" />
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { barChart, encodePng, histogram, lineChart, renderReport } from '@anagram/core';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A Chromium of the machine, or none: this project downloads no browser. */
function findChromium(): string | undefined {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim();
    } catch {}
  }
  return undefined;
}

const executablePath = findChromium();
if (!executablePath) console.warn('skipped: no Chromium on this machine (Debian: apt-get install chromium)');
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
  async function open(path: string) {
    const page = await browser.newPage({ viewport: { width: 900, height: 700 } });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('request', (request) => /^(file|data):/.test(request.url()) || complaints.push(request.url()));
    await page.goto(pathToFileURL(path).href);
    return { page, complaints };
  }

  async function expectSound(path: string) {
    const { page, complaints } = await open(path);
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

  it.skipIf(!existsSync(demoReport))('opens what the demo left behind', async () => {
    const seen = await expectSound(demoReport);
    expect(seen.images).toBeGreaterThan(40);
    expect(seen.charts).toBeGreaterThanOrEqual(4);
    const results = JSON.parse(await readFile(demoReport.replace('report.html', 'results.json'), 'utf8'));
    expect(Object.keys(results.composition.anagram.categories).length).toBeGreaterThanOrEqual(8);
  });
});
