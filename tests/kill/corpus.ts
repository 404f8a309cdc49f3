import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePng, type Pixels, Random } from '@anagram/core';
import { colours, covers, shapes, type Thing } from '../../packages/core/src/testing/tiny-pairs.ts';

const size = 32;

export interface Corpus {
  /** Folder of pictures with texts beside them. */
  readonly dir: string;
  /** JSONL for `calibrate`: every complete pair, and whether it is right. */
  readonly labels: string;
}

/**
 * Writes a small noisy corpus: two coloured shapes beside each other and "a red circle left of a blue square". Every tenth
 * record has no text, every tenth no picture, and of the others every fifth has a wrong text. The same count gives the same
 * bytes.
 * @param options.broken Adds one picture that cannot be read.
 */
export async function writeCorpus(
  root: string,
  { count, broken = false }: { count: number; broken?: boolean },
): Promise<Corpus> {
  const dir = join(root, 'pictures');
  await mkdir(dir, { recursive: true });
  const labels: string[] = [];
  for (let index = 0; index < count; index++) {
    const random = new Random('corpus', index);
    const [left, right] = [thing(random), thing(random)];
    const stem = String(index).padStart(4, '0');
    const isRight = index % 5 !== 2;
    const text = isRight ? caption(left, right) : caption(thing(random), thing(random));
    if (index % 10 !== 0) await writeFile(join(dir, `${stem}.png`), await encodePng(draw(left, right, random)));
    if (index % 10 !== 1) await writeFile(join(dir, `${stem}.txt`), `${text}\n`);
    if (index % 10 > 1) labels.push(JSON.stringify({ id: `${stem}.png`, right: text === caption(left, right) }));
  }
  if (broken) await writeFile(join(dir, 'broken.png'), 'no picture');
  await writeFile(join(root, 'labels.jsonl'), `${labels.join('\n')}\n`);
  return { dir, labels: join(root, 'labels.jsonl') };
}

function thing(random: Random): Thing {
  return { colour: random.pick(Object.keys(colours) as Thing['colour'][]), shape: random.pick(shapes) };
}

function caption(left: Thing, right: Thing): string {
  return `a ${left.colour} ${left.shape} left of a ${right.colour} ${right.shape}`;
}

/** On a slanted grey ground that differs from picture to picture. */
function draw(left: Thing, right: Thing, random: Random): Pixels {
  const data = new Uint8Array(size * size * 3);
  const [level, acrossStep, downStep] = [70 + random.below(80), random.float() * 3, random.float() * 3];
  const places = [left, right].map((each, side) => ({
    ...each,
    x: size * (0.25 + 0.5 * side) + random.below(5) - 2,
    y: size * 0.5 + random.below(13) - 6,
    radius: size * (0.14 + 0.08 * random.float()),
  }));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const hit = places.find((each) => covers(each.shape, (x - each.x) / each.radius, (y - each.y) / each.radius));
      const grey = level + acrossStep * x + downStep * y;
      data.set(hit ? colours[hit.colour] : [grey, grey, grey], (y * size + x) * 3);
    }
  }
  return { width: size, height: size, data };
}
