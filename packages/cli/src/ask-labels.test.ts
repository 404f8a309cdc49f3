import { existsSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { AnagramError, encodePng, isAnagramError, type Label } from '@anagram/core';
import { describe, expect, it } from 'vitest';
import { askLabels, type KeyInput } from './ask-labels.ts';
import { shellWord } from './shell-word.ts';

const picture = await encodePng({ width: 2, height: 2, data: new Uint8Array(12) });
const pairs = ['a', 'b', 'c', 'd'].map((id) => ({
  id,
  text: `text of ${id}`,
  image: { name: `${id}.png`, bytes: async () => picture },
}));
const keys = { left: '\x1b[D', right: '\x1b[C', up: '\x1b[A', down: '\x1b[B' };

/** Types all keys beforehand and tells what was asked, seen and saved. */
async function type(typed: readonly string[], options: Partial<Parameters<typeof askLabels>[0]> = {}) {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => raw.push(on) });
  const saved: [string, Label][] = [];
  let seen = '';
  const labels = options.labels ?? new Map<string, Label>();
  const waiting = [...typed];
  const finished = await askLabels({
    ...{ pairs, input: input as KeyInput },
    ...options,
    labels,
    save: async ({ id, right }) => void saved.push([id, right]),
    output: {
      write(text) {
        seen += text;
        if (!text.endsWith('? ')) return;
        const next = waiting.shift();
        if (next === undefined) input.end();
        else input.write(next);
      },
    },
  });
  return { finished, saved, seen, raw };
}

describe('askLabels', () => {
  it('takes a key an answer, shows text and picture, and leaves the terminal as it was', async () => {
    const { finished, saved, seen, raw } = await type([keys.right, 'n', keys.down, 'y']);
    expect(finished).toBe(true);
    expect(saved).toEqual([
      ['a', true],
      ['b', false],
      ['c', null],
      ['d', true],
    ]);
    expect(seen).toContain('3 of 4');
    expect(seen).toContain('text of c');
    const url = /file:\S+png/.exec(seen)![0];
    expect(existsSync(fileURLToPath(url))).toBe(false);
    expect(raw).toEqual([true, false]);
  });

  it('asks for a pair as a folder keeps it apart from the same one as it was delivered, and its label says which it was', async () => {
    const kept = { route: 'repair', pair: 'abc', drawn: 'random' } as const;
    const labels = new Map<string, Label>([['a', true]]);
    const lines: object[] = [];
    const input = Object.assign(new PassThrough(), { setRawMode: () => undefined }) as KeyInput;
    await askLabels({
      ...{ pairs: [{ ...pairs[0]!, kept }, pairs[0]!], labels, input },
      save: async (line) => void lines.push(line),
      output: { write: (text) => void (text.endsWith('? ') && (input as unknown as PassThrough).write('n')) },
    });
    expect(lines).toEqual([{ id: 'a', right: false, kept }]);
  });

  it('goes back to ask again, as far as it has asked, and leaves other answers as they are', async () => {
    const { saved } = await type(['y', 'y', keys.up, 'b', 'b', 'n', 'u', 'b', 'b', 'u', 'y']);
    expect(saved).toEqual([
      ['a', true],
      ['b', true],
      ['a', false],
      ['c', null],
      ['b', null],
      ['d', true],
    ]);
  });

  it('passes over what has a label, and over keys that mean nothing', async () => {
    const labels = new Map<string, Label>([
      ['a', true],
      ['c', null],
    ]);
    const { saved, finished } = await type(['xy', '1\rn'], { labels });
    expect(saved.map(([id]) => id)).toEqual(['b', 'd']);
    expect(finished).toBe(true);
  });

  it.each([['q'], ['\x03'], ['\x04']])('stops at %j with what was saved', async (stop) => {
    const { finished, saved } = await type(['y', stop]);
    expect([finished, saved]).toEqual([false, [['a', true]]]);
  });

  it('stops where the input ends', async () => {
    expect(await type(['y'])).toMatchObject({ finished: false, saved: [['a', true]] });
  });

  it('leaves out pictures that cannot be read, and lets no text steer the terminal', async () => {
    const unreadable = new AnagramError('image-unreadable', 'x', { name: 'x' });
    expect(isAnagramError(unreadable)).toBe(true);
    const broken = { id: 'x', text: 'x', image: { name: 'x', bytes: () => Promise.reject(unreadable) } };
    const { saved, seen } = await type(['y'], { pairs: [broken, { ...pairs[0]!, text: 'a\x1b]0;owned\x07b' }] });
    expect(saved).toEqual([['a', true]]);
    expect(seen).toContain('a ]0;owned b');
    expect(seen).not.toContain('\x1b');
  });
});

it('shellWord leaves plain paths alone and quotes the others', () => {
  expect(['./raw/a-b_1', 'my photos', "it's"].map(shellWord)).toEqual(['./raw/a-b_1', "'my photos'", "'it'\\''s'"]);
});
