/// <reference lib="dom" />
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ThresholdRow } from '@anagram/core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Corpus, writeCorpus } from '../kill/corpus.ts';
import { runCli } from '../run-cli.ts';
import { findChromium } from './find-chromium.ts';

const executablePath = findChromium();
const config = ['--config', fileURLToPath(new URL('../kill/tiny.config.json', import.meta.url))];

describe('from labels that a person makes to a threshold that a person chooses', () => {
  const inBrowser = it.skipIf(!executablePath);
  let browser: Browser | undefined;
  let root: string;
  let corpus: Corpus;
  let truth: Map<string, boolean>;
  const at = (...names: string[]) => join(root, ...names);
  const verifier = () => at('raw', 'verifier');

  beforeAll(async () => {
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
    if (executablePath) browser = await chromium.launch({ executablePath, args });
    root = await mkdtemp(join(tmpdir(), 'anagram-threshold-'));
    corpus = await writeCorpus(root, { count: 120 });
    truth = new Map(
      (await readFile(corpus.labels, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => {
          const { id, right } = JSON.parse(line) as { id: string; right: boolean };
          return [id, right];
        }),
    );
    const { code, stderr } = await runCli(['prepare', corpus.dir, '--dir', at('raw'), ...config]);
    expect(code, stderr).toBe(0);
  });
  afterAll(async () => {
    await browser?.close();
    await rm(root, { recursive: true, force: true });
  });

  async function run(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await runCli(args);
    expect(code, stderr).toBe(0);
    return stdout;
  }

  /** Opens a page that may complain about nothing and ask nobody. */
  async function open(
    path: string,
    { width = 1100, scheme = 'light' as 'light' | 'dark', page = null as Page | null } = {},
  ) {
    const own = page ?? (await browser!.newPage({ viewport: { width, height: 800 }, colorScheme: scheme }));
    const complaints: string[] = [];
    own.on('pageerror', (error) => complaints.push(error.message));
    own.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    own.on('request', (request) => /^(file|data|blob):/.test(request.url()) || complaints.push(request.url()));
    await own.goto(pathToFileURL(path).href);
    return { page: own, complaints };
  }

  const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);

  inBrowser(
    'labels by keys, goes back, keeps answers over a reload, and gives the file that calibrate reads',
    async () => {
      await run('label', at('raw'), '--count', '60', '--page', at('labels.html'));
      const { page, complaints } = await open(at('labels.html'));
      const pairs = await page.evaluate(() => JSON.parse(document.getElementById('data')!.textContent!).pairs);
      const ids = (pairs as { id: string }[]).map(({ id }) => id);
      expect(ids).toHaveLength(60);
      expect(await page.content()).not.toMatch(/score|probability/i);
      const press = (id: string) => page.keyboard.press(truth.get(id) ? 'ArrowRight' : 'ArrowLeft');

      // A slip that is taken back, one that nobody can judge, and the rest by the truth, half of it after a reload.
      await page.keyboard.press(truth.get(ids[0]!) ? 'ArrowLeft' : 'ArrowRight');
      await page.keyboard.press('ArrowUp');
      await press(ids[0]!);
      await page.keyboard.press('ArrowDown');
      for (const id of ids.slice(2, 30)) await press(id);
      expect(await page.locator('#count').textContent()).toBe('30 of 60');
      await page.reload();
      expect(await page.locator('#count').textContent()).toBe('30 of 60');
      await page.getByRole('button', { name: truth.get(ids[30]!) ? 'right' : 'wrong' }).click();
      for (const id of ids.slice(31)) await press(id);
      expect(await page.locator('#done').isVisible()).toBe(true);
      expect(await page.locator('#pair').isVisible()).toBe(false);

      const downloading = page.waitForEvent('download');
      await page.locator('#download').click();
      const download = await downloading;
      expect(download.suggestedFilename()).toBe('labels.jsonl');
      await download.saveAs(at('by-hand.jsonl'));
      await page.close();
      expect(complaints).toEqual([]);
      const lines = (await readFile(at('by-hand.jsonl'), 'utf8')).trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line))).toEqual(
        ids.map((id, i) => ({ id, right: i === 1 ? null : truth.get(id) })),
      );
    },
  );

  inBrowser(
    'chooses a threshold from them, and moves it on the page: figures, marks and pairs at the border follow',
    async () => {
      const labels = ['--labels', at('by-hand.jsonl')];
      const target = ['--precision', '0.8', '--page', at('calibration.html'), '--json'];
      const report = JSON.parse(await run('calibrate', corpus.dir, '--verifier', verifier(), ...labels, ...target));
      expect(report).toMatchObject({ labels: 59, unsure: 1 });
      expect(report.statement).toContain('the 1 that nobody could judge');
      const { page, complaints } = await open(at('calibration.html'));
      const figure = (name: string) => page.locator(`[data-figure="${name}"]`).first().textContent();
      expect(await page.locator('#field').inputValue()).toBe(String(Number(report.threshold.toPrecision(6))));
      expect(await figure('precision')).toBe(report.precision.expected.toFixed(3));
      expect(await figure('recall')).toBe(report.recall.toFixed(3));
      expect(await page.locator('#command').textContent()).toContain(
        `--verifier ${verifier()} --threshold ${Number(report.threshold.toPrecision(6))}`,
      );

      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByRole('button', { name: /^(Copied|Selected)$/ }).waitFor();

      const border = async () => ({
        kept: await page.locator('#just-kept h4').allTextContents(),
        rejected: await page.locator('#just-rejected h4').allTextContents(),
        mark: await page.locator('#over-threshold .at').getAttribute('x1'),
      });
      const before = await border();
      await page.locator('#field').fill('0.3');
      await page.locator('#field').press('Enter');
      const after = await border();
      expect(after).not.toEqual(before);
      expect(after.mark).toBe('0.3');
      expect(after.kept.map(Number.parseFloat).every((p) => p >= 0.3)).toBe(true);
      expect(after.rejected.map(Number.parseFloat).every((p) => p < 0.3)).toBe(true);
      expect(after.rejected.length + after.kept.length).toBeGreaterThan(3);

      await page.locator('#slider').focus();
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('#field').inputValue()).toBe('0.301');
      await page.locator('#of').selectOption('keep');
      await page.locator('#share').fill('0.5');
      await page.getByRole('button', { name: 'Find' }).click();
      expect(await figure('share')).toMatch(/^5\d\.\d %/);
      await page.locator('#reset').click();
      expect(await border()).toEqual(before);
      await page.close();
      expect(complaints).toEqual([]);
    },
  );

  inBrowser(
    'shows a prepared folder by its stored scores, with the calibration of now, on wide and narrow screens',
    async () => {
      const args = ['sweep', at('raw'), '--labels', at('by-hand.jsonl'), '--page', at('thresholds.html'), '--json'];
      const rows = JSON.parse(await run(...args)) as ThresholdRow[];
      for (const [width, scheme] of [
        [1200, 'light'],
        [390, 'dark'],
      ] as const) {
        const { page, complaints } = await open(at('thresholds.html'), { width, scheme });
        for (const { threshold, kept, precision, byRoute } of [rows[3]!, rows[12]!]) {
          await page.locator('#field').fill(String(threshold));
          await page.locator('#field').press('Enter');
          const texts = await page
            .locator('[data-figure]')
            .evaluateAll((elements) =>
              Object.fromEntries(elements.map((each) => [(each as HTMLElement).dataset.figure!, each.textContent])),
            );
          expect(texts).toMatchObject({ kept: String(kept), 'route-keep': String(byRoute.keep) });
          if (kept > 0) expect(texts.precision).toBe(precision.toFixed(3));
          expect(texts.interval).toContain('kept labels');
        }
        expect(await sideways(page)).toBe(false);
        const broken = await page.evaluate(
          () => [...document.images].filter((image) => image.checkVisibility() && image.naturalWidth === 0).length,
        );
        expect(broken).toBe(0);
        expect(await page.locator('main').textContent()).not.toMatch(/NaN|undefined|\[object/);
        await page.close();
        expect(complaints).toEqual([]);
      }
    },
  );

  inBrowser('fits a labelling page on a narrow screen, buttons in sight', async () => {
    const { page } = await open(at('labels.html'), { width: 390, scheme: 'dark' });
    expect(await sideways(page)).toBe(false);
    const box = await page.getByRole('button', { name: 'right' }).boundingBox();
    expect(box!.y + box!.height).toBeLessThan(800);
    await page.close();
  });

  it('draws pairs to label by a verifier, from a folder that holds its scores, and from a source alone', async () => {
    const drawn = async (...args: string[]) => {
      await run('label', ...args, '--count', '20', '--page', at('drawn.html'));
      const [, data] = /id="data">(.*?)<\/script>/s.exec(await readFile(at('drawn.html'), 'utf8'))!;
      return (JSON.parse(data!) as { pairs: { id: string }[] }).pairs.map(({ id }) => id);
    };
    const stored = await drawn(at('raw'));
    for (const ids of [stored, await drawn(corpus.dir, '--verifier', verifier()), await drawn(corpus.dir)]) {
      expect(new Set(ids).size).toBe(20);
      expect([...truth.keys()]).toEqual(expect.arrayContaining(ids));
    }
    expect(await drawn(at('raw'))).toEqual(stored);
    expect(await drawn(at('raw'), '--seed', '1')).not.toEqual(stored);
  });

  it('tells in the terminal what thresholds keep, with and without a calibration', async () => {
    const rows = JSON.parse(await run('sweep', at('raw'), '--json')) as ThresholdRow[];
    expect(rows).toHaveLength(19);
    expect(rows[0]!.precisionError).toBeGreaterThan(0);
    expect(rows[0]!.border.kept[0]).toMatch(/^\d{4}\.png$/);
    expect(await run('sweep', at('raw'), '--page', at('plain.html'))).toMatch(
      /^threshold +kept +of scored pairs +precision +recall\n/,
    );
    const page = await readFile(at('plain.html'), 'utf8');
    expect(page).toMatch(/>anagram prepare [^<]* --threshold 0\.\d+</);
    expect(page).toContain(`anagram prepare ${corpus.dir} --dir ${at('raw')} `);
  });
});
