import { dirname, join } from 'node:path';
import { AnagramError } from '../errors.ts';
import { JsonReader } from '../json-reader.ts';
import { readSmallFile } from '../small-file.ts';
import { openSafetensors, type SafetensorsFile, type StoredTensors } from './read-safetensors.ts';
import { longestHeader, mostEntries, type StoredTensor } from './safetensors-header.ts';

/** Files that may be open at once on any system; real models have at most some dozens. */
const mostShards = 256;
/** A plain file name: nothing that leads out of the folder, or to another drive or stream on Windows. */
const shardName = /^[\p{L}\p{N}_-][\p{L}\p{N}_. -]*\.safetensors$/u;

/**
 * Opens `*.safetensors.index.json`, whose `weight_map` says in which file beside it each tensor lies, as transformers
 * writes it. The header of every shard is checked at once, one after another; a shard is opened again when one of its
 * tensors is first read, and all are closed together.
 * @throws AnagramError `checkpoint-corrupt` where index and shards disagree.
 */
export async function openShards(path: string): Promise<StoredTensors> {
  const shardOf = await readIndex(path);
  const tensors = new Map<string, StoredTensor>();
  for (const shard of new Set(shardOf.values())) {
    await using file = await openSafetensors(join(dirname(path), shard));
    for (const [name, tensor] of file.tensors) {
      const listed = shardOf.get(name);
      if (listed === undefined) corrupt(path, `it does not list the tensor ${name} of ${shard}`);
      if (listed !== shard)
        corrupt(path, `it lists the tensor ${name} in ${listed}, and ${shard} has one of that name`);
      tensors.set(name, tensor);
    }
  }
  for (const [name, shard] of shardOf) {
    if (!tensors.has(name)) corrupt(path, `it lists the tensor ${name} in ${shard}, which lacks it`);
  }
  const opened = new Map<string, Promise<SafetensorsFile>>();
  const read = async (name: string) => {
    const shard = shardOf.get(name);
    if (shard === undefined) return corrupt(path, `it lists no tensor ${name}`);
    const file = opened.get(shard) ?? openSafetensors(join(dirname(path), shard));
    opened.set(shard, file);
    return (await file).read(name);
  };
  const close = async () => {
    const files = await Promise.allSettled(opened.values());
    opened.clear();
    await Promise.all(files.map((file) => file.status === 'fulfilled' && file.value.close()));
  };
  return { path, tensors, read, close, [Symbol.asyncDispose]: close };
}

async function readIndex(path: string): Promise<Map<string, string>> {
  const shardOf = new Map<string, string>();
  try {
    const json = new JsonReader(await readSmallFile(path, longestHeader));
    const shards = new Map<string, string>();
    json.object((field) => {
      if (field !== 'weight_map') return json.skip();
      json.object((name) => {
        if (shardOf.size === mostEntries) json.fail(`it lists more than ${mostEntries} tensors`);
        shardOf.set(name, readShardName(json, shards));
      });
    });
    json.end();
  } catch (error) {
    corrupt(path, (error as Error).message);
  }
  if (shardOf.size === 0) corrupt(path, 'its weight_map is missing or empty');
  return shardOf;
}

/** @param shards Each name once, so that a thousand tensors of one shard share one string. */
function readShardName(json: JsonReader, shards: Map<string, string>): string {
  const shard = json.string();
  const known = shards.get(shard);
  if (known !== undefined) return known;
  if (!shardName.test(shard)) {
    json.fail(
      `the shard ${JSON.stringify(shard.slice(0, 64))} is no plain name of a safetensors file beside the index`,
    );
  }
  if (shards.size === mostShards) json.fail(`it lists more than ${mostShards} shards`);
  shards.set(shard, shard);
  return shard;
}

function corrupt(path: string, why: string): never {
  throw new AnagramError(
    'checkpoint-corrupt',
    `${path} cannot be used: ${why}. Expected a weight_map from each tensor to the one file beside it that holds it. Fetch the index and its shards again.`,
    { path },
  );
}
