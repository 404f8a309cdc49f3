import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';
import type { Source, SourceRecord } from '../pair.ts';
import { readAhead } from '../read-ahead.ts';
import { type PairProvenance, pairSample, type ShardSample } from '../shard/sample.ts';
import type { SampleRow } from '../shard/sample-table.ts';
import type { PictureOf } from './decide.ts';
import type { PlannedSample } from './plan.ts';
import { recordsAt } from './records.ts';

/** Pictures that are read, or wait to be written, at one time: all that memory holds of them. */
const readAtOnce = 8;

interface Context {
  readonly source: Source;
  readonly work: string;
  readonly signal: AbortSignal | undefined;
}

/** What a record, or another place, gives to its sample. */
interface Content {
  readonly bytes: Uint8Array | null;
  readonly meta: PairProvenance['meta'];
}

/**
 * Samples of any number of shards, in order, with one reading of the source. Its pictures pass through one after the other;
 * those that lone texts have taken from other places of the source are copied to the work folder first, by a reading of its own.
 * @throws AnagramError `source-failed` where a picture is gone.
 */
export async function* readSamples(
  context: Context,
  planned: readonly PlannedSample[],
): AsyncGenerator<{ sample: ShardSample; row: SampleRow }> {
  const { source, work, signal } = context;
  const aside = join(work, 'aside');
  await rm(aside, { recursive: true, force: true });
  try {
    const moved = await setAside(context, aside, planned);
    const records = recordsAt(source, new Set(planned.filter(isInTurn).map(({ index }) => index)), signal);
    const inOrder = async function* () {
      try {
        for (const sample of planned) {
          if (isInTurn(sample)) yield { sample, content: contentOf((await records.next()).value!.record) };
          else yield { sample, content: elsewhere(sample.picture, moved, work) };
        }
      } finally {
        await records.return(undefined);
      }
    };
    yield* readAhead(inOrder(), readAtOnce, async ({ sample, content }) => withContent(source, sample, await content));
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** True where the sample's picture is that of the record at its own place, so that one reading brings all of them in order. */
function isInTurn({ index, picture }: PlannedSample): boolean {
  return picture !== null && 'index' in picture && picture.index === index;
}

async function contentOf({ image, meta }: SourceRecord): Promise<Content> {
  return { bytes: (await image?.bytes().catch(() => null)) ?? null, meta };
}

type Moved = ReadonlyMap<number, { readonly file: string | null; readonly meta: PairProvenance['meta'] }>;

async function setAside({ source, signal }: Context, aside: string, planned: readonly PlannedSample[]): Promise<Moved> {
  const moved = new Map<number, { file: string | null; meta: PairProvenance['meta'] }>();
  const taken = planned.flatMap((sample) =>
    sample.picture && 'index' in sample.picture && !isInTurn(sample) ? [sample.picture.index] : [],
  );
  if (taken.length > 0) await mkdir(aside, { recursive: true });
  for await (const { index, record } of recordsAt(source, new Set(taken), signal)) {
    const { bytes, meta } = await contentOf(record);
    const file = bytes && join(aside, String(index));
    if (file) await writeFile(file, bytes);
    moved.set(index, { file, meta });
  }
  return moved;
}

async function elsewhere(picture: PictureOf | null, moved: Moved, work: string): Promise<Content> {
  if (picture === null) return { bytes: null, meta: undefined };
  if ('file' in picture) return { bytes: await readFile(join(work, picture.file)), meta: undefined };
  const { file, meta } = moved.get(picture.index)!;
  return { bytes: file === null ? null : await readFile(file), meta };
}

function withContent(source: Source, planned: PlannedSample, { bytes, meta }: Content) {
  const { key, text, width, height, rejected } = planned;
  const provenance = { ...planned.provenance, ...(meta && { meta }) };
  if (bytes === null && rejected === null) {
    throw new AnagramError(
      'source-failed',
      `The picture of ${provenance.id} of ${source.name} was there when it was judged and cannot be read any more. Expected it to stay while pairs are prepared. Bring it back and run the same command again.`,
      { path: source.name },
    );
  }
  return {
    sample: pairSample(key, { ...(bytes && { image: bytes }), ...(text !== null && { text }), provenance }),
    row: { key, text, width, height, rejected, provenance },
  };
}
