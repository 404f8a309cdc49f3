import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodePng } from '@anagram/core';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { prepareBelieved } from './believed-pairs.ts';
import { type Corpus, writeCorpus } from './kill/corpus.ts';
import { runCli } from './run-cli.ts';

const config = ['--config', fileURLToPath(new URL('kill/tiny.config.json', import.meta.url))];
let root: string;
let corpus: Corpus;
const at = (...names: string[]) => join(root, ...names);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-cli-'));
  corpus = await writeCorpus(root, { count: 90, broken: true });
});
afterAll(() => rm(root, { recursive: true }));

/** Runs a command with `--json` and gives what it printed. */
async function json<T>(expectedCode: number, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await runCli([...args, ...config, '--json']);
  expect(code, stderr).toBe(expectedCode);
  return JSON.parse(stdout) as T;
}

test('the command that npm links at install is there before any build, and runs', () => {
  const command = fileURLToPath(new URL('../node_modules/.bin/anagram', import.meta.url));
  const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('a mistake in a flag or a path costs no work', async () => {
  const threshold = await runCli(['prepare', corpus.dir, '--dir', at('never'), '--threshold', '3']);
  expect([threshold.code, existsSync(at('never'))]).toEqual([2, false]);
  expect(threshold.stderr).toContain('Expected a probability, 0 to 1');
  const picture = await runCli(['search', at('index'), at('nope.png'), '--model', at('model')]);
  expect([picture.code, picture.stderr]).toEqual([2, expect.stringContaining('There is no picture')]);
});

describe('the whole way', () => {
  it('prepares, and says with exit code 3 that a picture could not be read', async () => {
    const args = ['prepare', corpus.dir, '--dir', at('data')];
    type Prepared = {
      pairs: number;
      manifestHash: string;
      counts: { records: number; byRoute: { unreadable: object } };
    };
    const prepared = await json<Prepared>(3, ...args);
    expect(prepared.counts.records).toBe(91);
    expect(prepared.counts.byRoute.unreadable).toEqual({ kept: 0, rejected: 1 });
    expect(prepared.pairs).toBeGreaterThan(20);

    const again = await runCli([...args, ...config]);
    expect(again.code).toBe(3);
    expect(again.stdout).toMatch(/^route +kept +rejected\n/);
    expect(again.stdout).toContain(`manifest ${prepared.manifestHash.slice(0, 12)}`);
    expect(again.stdout).toContain(at('data', 'verdicts-'));
    expect(again.stdout).toContain('Records that could not be used (unreadable, empty): 1');
    expect(again.stdout).toMatch(
      /^No captioner: \d lone pictures are left over, for which only texts of the source itself were tried\. .* --set prepare\.captioner\.model=/m,
    );
    for (const text of [again.stdout, again.stderr]) expect(text.includes('\x1b') || text.includes('\r')).toBe(false);
  });

  it('calibrates the verifier that prepare trained, which then judges with its threshold', async () => {
    const verifier = ['--verifier', at('data', 'verifier')];
    const calibration = await json<{ threshold: number; labels: number; sweep: object[] }>(
      0,
      ...['calibrate', corpus.dir, ...verifier, '--labels', corpus.labels, '--precision', '0.7'],
    );
    expect(calibration.labels).toBeGreaterThan(50);
    expect(calibration.threshold).toBeGreaterThan(0);
    expect(calibration.sweep.length).toBeGreaterThan(1);
    const judged = await json<{ pairs: number }>(3, 'prepare', corpus.dir, '--dir', at('judged'), ...verifier);
    expect(judged.pairs).toBeGreaterThan(0);
    expect(existsSync(at('judged', 'verifier'))).toBe(false);
  });

  it('reads the columns of a table by the same flags in every command, and has none for a prepared folder', async () => {
    const stems = Array.from({ length: 90 }, (_, i) => String(i).padStart(4, '0')).filter(
      (stem) => !stem.endsWith('0'),
    );
    const rows = stems.map((stem) => `${stem}.png,a caption of ${stem}`);
    await writeFile(join(corpus.dir, 'table.csv'), ['file,said', ...rows].join('\n'));
    const table = [join(corpus.dir, 'table.csv'), '--image-column', 'file', '--caption-column', 'said'];
    expect(await json(0, 'label', ...table, '--page', at('labels.html'))).toMatchObject({ pairs: 81 });
    expect(await readFile(at('labels.html'), 'utf8')).toContain('a caption of 0004');
    await cp(at('data', 'verifier'), at('own-verifier'), { recursive: true });
    const verifier = ['--verifier', at('own-verifier')];
    // So few labels prove nothing.
    const proof = ['--labels', corpus.labels, '--precision', '0.999', '--guarantee'];
    expect(await json(3, 'calibrate', corpus.dir, ...verifier, ...proof)).toMatchObject({ promise: 'estimated' });
    expect(await json(0, 'calibrate', ...table, ...verifier, '--keep', '0.5')).toMatchObject({ pairs: 81 });
    for (const verb of ['label', 'calibrate']) {
      const { code, stderr } = await runCli([verb, at('data'), '--caption-column', 'said', '--page', at('x.html')]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/--caption-column: .* has no columns\. Leave/)]);
    }
    await rm(join(corpus.dir, 'table.csv'));
  });

  it('names the command to go on with by what filled the prepared folder, and that runs', async () => {
    const labels = ['--labels', corpus.labels, '--precision', '0.7', '--out', at('thresholds.json')];
    const judged = await runCli(['calibrate', at('judged'), ...labels]);
    const filled = `--dir ${at('judged')} --verifier ${at('data', 'verifier')} ${config.join(' ')}`;
    const next = `anagram prepare ${corpus.dir} ${filled} --threshold ${at('thresholds.json')}`;
    expect(judged.stdout.trimEnd().split('\n').slice(-2)).toEqual(['Next, without a model run:', next]);
    expect((await runCli(next.split(' ').slice(1))).code).toBe(3);
    await writeFile(at('all-wrong.jsonl'), (await readFile(corpus.labels, 'utf8')).replaceAll('true', 'false'));
    const hopeless = ['--labels', at('all-wrong.jsonl'), '--precision', '0.7', '--out', at('none.json')];
    const { stdout } = await runCli(['calibrate', at('judged'), ...hopeless]);
    expect(stdout.trimEnd().split('\n').at(-1)).toContain('They would keep nothing');
    const page = ['label', at('judged'), '--page', at('labels.html')];
    expect((await runCli(page)).code).toBe(0);
    expect(await readFile(at('labels.html'), 'utf8')).toContain(
      `anagram calibrate ${corpus.dir} --verifier ${at('data', 'verifier')} ${config.join(' ')} --labels`,
    );
    // As a program of one's own leaves it.
    await rm(at('judged', 'work', 'command.json'));
    const unknown = await runCli(['calibrate', at('judged'), ...labels]);
    expect(unknown.stdout).toContain(`What filled ${at('judged')} is not written there.`);
    expect(unknown.stdout).toContain(`--dir ${at('judged')} --verifier VERIFIER --threshold ${at('thresholds.json')}`);
  });

  it('says of what the shares of a sweep are', async () => {
    const { code, stdout } = await runCli(['sweep', at('data')]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^threshold +kept +of scored pairs +precision/)]);
    expect(stdout).toMatch(/^\d\d scored pairs, complete and no duplicates, of 91 records: kept, share, /m);
  });

  it('writes negatives of the categories asked for', async () => {
    const written = await json<{ negatives: number; images: number; byCategory: object }>(
      0,
      ...['negatives', at('data'), '--per-pair', '2', '--categories', 'colour,position'],
    );
    expect(Object.keys(written.byCategory)).toEqual(['colour', 'position']);
    expect(written.images).toBeGreaterThan(0);
  });

  it('trains, and fine-tunes what it trained on several folders', async () => {
    const run = await json<{ steps: number; modelDir: string }>(
      0,
      ...['train', at('data'), '--dir', at('run'), '--steps', '6', '--seed', '3'],
    );
    expect(run.steps).toBe(6);
    const changed = ['train', at('data'), '--dir', at('run'), '--steps', '6', '--seed', '4'];
    const { error } = await json<{ error: { code: string; message: string; where: string } }>(1, ...changed);
    expect(error).toMatchObject({ code: 'run-options-changed', where: at('run') });
    expect(error.message).toMatch(/seed \(was 3, is 4\).*choose another --dir, or pass --fresh to begin again/);
    expect((await json<{ steps: number }>(0, ...changed, '--fresh')).steps).toBe(6);
    const before = await readFile(join(run.modelDir, 'model.safetensors'));
    const tuned = await json<{ modelDir: string }>(
      0,
      ...['train', at('data'), at('judged'), '--model', run.modelDir, '--dir', at('tuned'), '--steps', '2'],
      ...['--objective', 'clip'],
    );
    const refused = ['train', at('data'), '--dir', at('refused'), '--steps', '2', '--objective', 'clip'];
    const changedTerm = await runCli([...refused, '--set', 'train.objective={"preset":"clip","rankTexts":0.2}']);
    expect([changedTerm.code, changedTerm.stderr]).toEqual([2, expect.stringContaining('of the preset clip')]);
    expect((await readFile(join(run.modelDir, 'model.safetensors'))).equals(before)).toBe(true);
    expect((await readFile(join(tuned.modelDir, 'model.safetensors'))).equals(before)).toBe(false);
  });

  it('classifies pictures in folders of classes by names and templates from files', async () => {
    for (const [label, red] of [
      ['n01', 250],
      ['n02', 10],
    ] as const) {
      await mkdir(at('classes', label), { recursive: true });
      const data = new Uint8Array(64 * 64 * 3).fill(red);
      await writeFile(at('classes', label, 'a.png'), await encodePng({ width: 64, height: 64, data }));
    }
    await writeFile(at('names.json'), '{"n01": "white square", "n02": "black square"}');
    type Results = Record<string, { classes: { name: string; score: { n: number } }[] }>;
    const results = await json<Results>(
      0,
      ...['evaluate', '--model', at('run', 'model'), '--zero-shot', at('classes'), '--ties', 'official'],
      ...['--classes', at('names.json'), '--templates', 'imagenet'],
    );
    expect(results['zero-shot/classes']!.classes.map(({ name, score }) => [name, score.n])).toEqual([
      ['white square', 1],
      ['black square', 1],
    ]);
  });

  it('evaluates: retrieval, composition where negatives have pictures, and the choice of texts where not', async () => {
    type Results = Record<string, { scores: Record<string, { n: number; interval: number[] }> }>;
    const trained = await runCli(['evaluate', '--own', at('data'), '--model', at('run', 'model')]);
    expect([trained.code, trained.stderr]).toEqual([2, expect.stringContaining(`was trained on ${at('data')}`)]);
    // Away from its run, nothing tells what a model was trained on.
    await cp(at('run', 'model'), at('model'), { recursive: true });
    const args = ['evaluate', '--own', at('data'), '--model', at('model'), '--trained-on', at('data')];
    const results = await json<Results>(0, ...args, '--dir', at('results'));
    expect(Object.keys(results)).toEqual(['data/retrieval', 'data/composition', 'data/text-choice']);
    expect(results['data/composition']!.scores['position.group']!.n).toBeGreaterThan(5);
    expect(results['data/text-choice']!.scores['colour.choice']!.interval).toHaveLength(2);
    const saved = JSON.parse(await readFile(at('results', 'results.json'), 'utf8')).tasks;
    expect(Object.keys(saved)).toEqual(Object.keys(results));
    const page = await readFile(at('results', 'report.html'), 'utf8');
    for (const task of Object.keys(results)) expect(page).toContain(`<h2>${task}</h2>`);
    expect(page).toContain('data:image/webp;base64,');
    for (const [task, { scores }] of Object.entries(results)) expect(saved[task].scores).toEqual(scores);

    const named = [...['evaluate', at('data'), '--model', at('model'), '--limit', '8'], '--set', 'evaluate.name=mine'];
    expect(Object.keys(await json<Results>(0, ...named))).toContain('mine/retrieval');

    const text = await runCli([...args, ...config, '--dir', at('results')]);
    expect(text.stdout).not.toContain('was not measured');
    expect(text.stdout).toMatch(/^data\/composition weakest: (colour|position) group \d\.\d+ \(n \d+, chance 0\.167/m);
    expect(text.stdout).toMatch(
      /^data\/retrieval stood in data: (\d+) of \1 texts, (\d+) of \2 pictures.*nothing is left\.$/m,
    );
  });

  it('says that composition is not measured on pairs without negatives, and how it would be', async () => {
    await prepareBelieved(at('bare'), ['A red car on a street.', 'A blue bus on a road.']);
    const { code, stdout } = await runCli(['evaluate', '--own', at('bare'), '--model', at('model')]);
    expect(code).toBe(0);
    expect(stdout).toContain('bare/retrieval');
    expect(stdout).toContain(`bare: composition was not measured, none of the pairs that were drawn has negatives.`);
    expect(stdout).toContain(`\`anagram negatives ${at('bare')}\``);
  });

  it('compares the results of two models on the same pairs', async () => {
    await cp(at('tuned', 'model'), at('tuned-model'), { recursive: true });
    const other = await runCli(['evaluate', at('data'), '--model', at('tuned-model'), ...config, '--dir', at('other')]);
    expect(other.code, other.stderr).toBe(0);
    type Compared = { tasks: Record<string, Record<string, { difference: number; p: number }>>; refused: object }[];
    const both = [at('results'), at('other', 'results.json')];
    const { stdout } = await runCli(['evaluate', '--compare', ...both, '--dir', at('compared'), '--json']);
    const [compared] = JSON.parse(stdout) as Compared;
    const page = await readFile(at('compared', 'comparison.html'), 'utf8');
    for (const task of Object.keys(compared!.tasks)) expect(page).toContain(`<h2>${task}</h2>`);
    expect(Object.keys(compared!.tasks)).toEqual(['data/retrieval', 'data/composition', 'data/text-choice']);
    expect(compared!.tasks['data/composition']!['position.group']!.p).toBeGreaterThan(0);
    expect(compared!.refused).toEqual({});
    const refused = await runCli([
      'evaluate',
      at('data'),
      '--model',
      at('tuned-model'),
      ...config,
      '--dir',
      at('results'),
    ]);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('holds the results of another model')]);
  });

  it('embeds what can be read and finds a picture by itself, and something by a text', async () => {
    const model = ['--model', at('run', 'model')];
    const index = await json<{ count: number; skipped: { id: string }[] }>(
      3,
      ...['embed', corpus.dir, ...model, '--dir', at('index')],
    );
    expect(index.count).toBe(90);
    expect(index.skipped.map(({ id }) => id)).toEqual(['broken.png']);
    const search = ['search', at('index')];
    const picture = join(corpus.dir, '0003.png');
    const [first, ...more] = await json<{ id: string; image: string; score: number }[]>(
      0,
      ...search,
      picture,
      ...model,
      '--limit',
      '2',
    );
    expect([first!.id, first!.image]).toEqual(['0003.png', '0003.png']);
    const none = await runCli([...search, picture, ...model, '--limit', '0']);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('search.limit: ')]);
    expect(first!.score).toBeCloseTo(1, 4);
    expect(more).toHaveLength(1);
    const byText = await runCli([...search, 'a red circle', ...model]);
    expect(byText.stdout.split('\n')[0]).toMatch(/^id +cosine/);
    expect(byText.stdout.trim().split('\n')).toHaveLength(11);
    expect(byText.stdout).not.toContain(' text ');
    const texts = await json<{ kind: string }[]>(0, ...search, 'a red circle', ...model, '--find', 'texts');
    expect(texts.map(({ kind }) => kind)).toEqual(Array(9).fill('text'));
  });
});

test('Ctrl-C while training saves, exits with 130, and the same command goes on', async () => {
  const command = ['train', at('data'), '--dir', at('stopped'), '--steps', '150', '--json', ...config];
  let interrupted = false;
  const stopped = await runCli(command, {
    watch: (child, stderr) => {
      if (interrupted || !/^train .*loss/m.test(stderr)) return;
      interrupted = child.kill('SIGINT');
    },
  });
  expect(stopped.code, stopped.stderr).toBe(130);
  expect(JSON.parse(stopped.stdout)).toMatchObject({ error: { code: 'interrupted' } });
  expect(stopped.stderr).toContain('run the same command to continue');
  const finished = await runCli(command);
  expect(finished.code, finished.stderr).toBe(0);
  expect(finished.stderr).toMatch(/resumed from step \d+/);
  expect(JSON.parse(finished.stdout)).toMatchObject({ steps: 150 });
});

test.each([
  ['train.optimizer.learningrate=1', 'train.optimizer: unknown key "learningrate". Did you mean "learningRate"?'],
  ['train.batchSize="big"', 'train.batchSize'],
  ['model.vocabsize=600', 'Did you mean "vocabSize"?'],
])('--set %s, which is wrong, ends with exit code 2 and says what was meant', async (setting, sentence) => {
  const args = ['train', at('data'), '--dir', at('refused'), '--steps', '2', ...config, '--set', setting];
  const { code, stderr } = await runCli(args);
  expect(stderr).toContain(sentence);
  expect(code).toBe(2);
});

test('a failure that is not the usage ends with exit code 1 and says what to do', async () => {
  const { code, stdout, stderr } = await runCli(['evaluate', root, '--model', at('run', 'model')]);
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^✖ .*holds no prepared pairs.*anagram prepare .* --dir /);
});

test('doctor lists what is there, and its exit code says whether something needed is missing', async () => {
  const { code, stdout } = await runCli(['doctor', '--json']);
  const facts = JSON.parse(stdout) as { name: string; ok: boolean; needed: boolean; text: string }[];
  const names = ['node', 'compiler', 'cmake', 'libtorch', 'addon', 'sharp', 'cache', 'generators'];
  expect(facts.map(({ name }) => name)).toEqual(names);
  expect(code).toBe(facts.some(({ ok, needed }) => needed && !ok) ? 1 : 0);
  const unwritable = await runCli(['doctor', '--json'], { env: { ANAGRAM_CACHE: join(corpus.labels, 'cache') } });
  const others = JSON.parse(unwritable.stdout) as typeof facts;
  expect(others.find(({ name }) => name === 'cache')).toMatchObject({ ok: false });
  expect(unwritable.code).toBe(1);
});
