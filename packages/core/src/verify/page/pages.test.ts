import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodePng } from '../../image/encode.ts';
import { Random } from '../../random.ts';
import { readLabels } from '../read-labels.ts';
import { labelPage } from './label-page.ts';
import { keyMeaning, labelLines } from './label-script.ts';
import { renderThreshold } from './render-threshold.ts';
import { thresholdData, thresholdStops, thumbnailsById } from './threshold-view.ts';

const picture = await encodePng({ width: 4, height: 4, data: new Uint8Array(48).fill(120) });
const image = { name: 'a.png', bytes: async () => picture };
const hostile = '</script><img src=x onerror=alert(1)>"\'';

/** What a page would execute or load beside its own script. */
const unsafe = /<img src=x|onerror=alert\(1\)>"|https?:|<\/script><img/;

it('a threshold page escapes texts and ids, and shows no figure that is none', () => {
  const scored = [0.9, 0.4].map((probability, i) => ({ id: `${hostile}${i}`, probability, right: i === 0 }));
  const stops = thresholdStops(0.6);
  const html = renderThreshold({
    title: hostile,
    subtitle: hostile,
    data: thresholdData({
      ...{ scored, stops, opensAt: 0.6, examples: scored, calibration: null, caution: 0, command: hostile },
      routes: { keep: stops.map(() => 1) },
    }),
    scored,
    examples: scored.map((pair) => ({ ...pair, text: hostile, image: picture })),
    routeNames: { keep: hostile },
    statements: [hostile],
  });
  expect(html).not.toMatch(unsafe);
  expect(html.replace(/<script.*/s, '')).not.toMatch(/NaN|undefined|\[object/);
  expect(html.match(/class="card/g)).toHaveLength(2);
  expect(html.match(/<script/g)).toHaveLength(2);
});

it('a labelling page is blind: it knows ids, texts and pictures, escaped, and leaves out what cannot be seen', async () => {
  const broken = { name: 'b.png', bytes: async () => new TextEncoder().encode('no picture') };
  const html = await labelPage([
    { id: hostile, text: hostile, image },
    { id: 'b', text: 'b', image: broken },
  ]);
  expect(html).not.toMatch(unsafe);
  const data = JSON.parse(/id="data">(.*?)<\/script>/s.exec(html)![1]!) as { key: string; pairs: object[] };
  expect(data.pairs).toEqual([
    { id: hostile, text: hostile, image: expect.stringMatching(/^data:image\/webp;base64,/) },
  ]);
  expect(Object.keys(data)).toEqual(['key', 'pairs']);
  await expect(labelPage([{ id: 'b', text: 'b', image: broken }])).rejects.toMatchObject({ code: 'not-enough-data' });
});

it('another draw of pairs has answers of its own in the browser', async () => {
  const keyOf = async (id: string) => /anagram-labels-\w+/.exec(await labelPage([{ id, text: 't', image }]))![0];
  expect(await keyOf('a')).toBe(await keyOf('a'));
  expect(await keyOf('a')).not.toBe(await keyOf('b'));
});

it('what a labelling page gives is what calibrate reads', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'anagram-label-page-'));
  const path = join(dir, 'labels.jsonl');
  const answers = [
    { id: hostile, right: true },
    { id: 'b', right: false },
    { id: 'c', right: null },
  ];
  await writeFile(path, labelLines(answers, []));
  expect(await readLabels(path)).toEqual({
    truth: new Map([
      [hostile, true],
      ['b', false],
    ]),
    unsure: 1,
  });
  await rm(dir, { recursive: true });
});

it('keys mean what the page says', () => {
  expect(['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp', 'Tab'].map(keyMeaning)).toEqual([
    ...['right', 'wrong', 'unsure', 'undo', undefined],
  ]);
  expect(keyMeaning('toString')).toBeUndefined();
});

it('pictures take no more room on a page than there is, however badly they compress', async () => {
  const random = new Random('noise');
  const noise = await encodePng({
    width: 200,
    height: 200,
    data: new Uint8Array(120_000).map(() => random.below(256)),
  });
  const pictures = Array.from({ length: 120 }, (_, i) => ({
    id: `${i}`,
    image: { name: 'n', bytes: async () => noise },
  }));
  const shown = await thumbnailsById(pictures);
  const bytes = [...shown.values()].reduce((sum, each) => sum + each.length, 0);
  expect(shown.size).toBeLessThan(120);
  expect(bytes).toBeLessThan(1_100_000);
  expect(bytes).toBeGreaterThan(1_000_000);
});
