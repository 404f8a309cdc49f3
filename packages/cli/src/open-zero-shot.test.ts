import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomEmbedder, writeTinyPictures } from '../../core/test/fixtures/tiny-benchmark.ts';
import { openZeroShot } from './open-zero-shot.ts';

let dir: string;
let data: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'open-zero-shot-'));
  data = join(dir, 'pets');
  await writeTinyPictures(data, ['n01/a.png', 'n02_b/b.png', 'n02_b/c.png']);
});
afterAll(() => rm(dir, { recursive: true }));

const write = async (name: string, content: string) => {
  await writeFile(join(dir, name), content);
  return join(dir, name);
};
/** The texts that a model is given. */
async function textsOf(flags: Parameters<typeof openZeroShot>[0]): Promise<string[]> {
  const model = randomEmbedder(1);
  for (const task of await openZeroShot({ zeroShot: [data], ...flags })) await task.run({ model });
  return model.texts;
}

describe('openZeroShot', () => {
  it('is named after its data and takes the labels for names where nothing else is said', async () => {
    const [task] = await openZeroShot({ zeroShot: [data] });
    expect(task!.name).toBe('zero-shot/pets');
    expect(await textsOf({})).toEqual(['a photo of a n01.', 'a photo of a n02 b.']);
    expect(await openZeroShot({})).toEqual([]);
    await writeTinyPictures(join(dir, 'other/pets'), ['n01/a.png', 'n02/b.png']);
    const other = join(dir, 'other/pets');
    const names = (await openZeroShot({ zeroShot: [data, other] })).map(({ name }) => name);
    expect(names).toEqual([`zero-shot/${data}`, `zero-shot/${other}`]);
  });

  it('takes names and templates from files: one a line, or as JSON', async () => {
    const templates = await write('templates.txt', 'a {}\n\nthe {}\r\n');
    const classes = await write('classes.txt', 'cat\ndog\n');
    expect(await textsOf({ templates, classes })).toEqual(['a cat', 'the cat', 'a dog', 'the dog']);
    expect(await textsOf({ templates: await write('t.json', '["one {}"]'), classes })).toEqual(['one cat', 'one dog']);
    expect((await textsOf({ templates: 'imagenet', classes })).length).toBe(160);
  });

  it('takes names by label, also of classes without pictures', async () => {
    const classes = await write('classes.json', JSON.stringify({ n02_b: 'dog', n03: 'cup', n01: 'cat' }));
    expect(await textsOf({ classes })).toEqual(['a photo of a dog.', 'a photo of a cup.', 'a photo of a cat.']);
    const [task] = await openZeroShot({ zeroShot: [data], classes });
    const { classes: shares } = await task!.run({ model: randomEmbedder(1) });
    expect(shares.map(({ name, score }) => [name, score?.n])).toEqual([
      ['dog', 2],
      ['cup', undefined],
      ['cat', 1],
    ]);
  });

  it.each([
    [{ classes: 'imagenet' }, 'Expected a name for each of 2 labels, received 1000'],
    [{ classes: 'nowhere.txt' }, 'nowhere.txt cannot be read'],
    [{ ties: 'some' }, 'Expected wrong or official, received "some"'],
    [{ zeroShot: [], classes: 'imagenet' }, 'Expected --zero-shot with them'],
  ])('refuses %j and says what was expected', async (flags, message) => {
    await expect(openZeroShot({ zeroShot: [data], ...flags })).rejects.toThrow(message);
  });

  it('refuses a label without a name', async () => {
    const classes = await write('few.json', '{"n01": "cat"}');
    await expect(openZeroShot({ zeroShot: [data], classes })).rejects.toThrow('no name for the label "n02_b"');
  });
});
