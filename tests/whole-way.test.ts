import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCorpus } from './kill/corpus.ts';

const root = join(import.meta.dirname, '..');
const example = join(root, 'examples/whole-way.ts');

describe('examples/whole-way.ts', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'anagram-whole-way-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('is 25 lines and goes from a folder of pictures to a search', async () => {
    expect((await readFile(example, 'utf8')).trimEnd().split('\n').length).toBeLessThanOrEqual(25);
    const corpus = await writeCorpus(dir, { count: 160 });
    await copyFile(corpus.labels, join(corpus.dir, 'labels.jsonl'));
    const args = ['--conditions=@anagram/source', '--no-warnings', example, corpus.dir, join(dir, 'work'), '20'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    const [kept, wrote, trained, ...hits] = stdout.trim().split('\n');
    expect(kept).toMatch(/^kept [1-9]\d* of \d+ records/);
    expect(wrote).toMatch(/^wrote [1-9]\d* negatives/);
    expect(trained).toMatch(/^trained on 1\d{3} pictures, last loss \d/);
    expect(hits.length).toBe(Math.min(10, Number(kept!.split(' ')[1])));
    const scores = hits.map((line) => Number(line.split(' ')[0]));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });
});
