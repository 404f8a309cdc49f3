import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TensorInfo } from '@anagram/native';
import type { Architecture } from '../../src/clip/architecture.ts';
import { type ClipConfig, defaultPreprocess, type Layout, siglipPreprocess } from '../../src/clip/clip-config.ts';
import { definingTensors } from '../../src/clip/defining-tensors.ts';
import { writeModel } from '../../src/clip/model-files.ts';
import { pieceKinds } from '../../src/text/pieces.ts';
import { SentencePiece } from '../../src/text/sentence-piece.ts';
import { writeSentencePiece } from '../../src/text/sentence-piece-model.ts';
import type { TextTokenizer } from '../../src/text/text-tokenizer.ts';
import { Tokenizer } from '../../src/text/tokenizer.ts';

const text_cfg = { context_length: 8, width: 8, heads: 2, layers: 2 };
const plain = { image_size: 8, layers: 2, width: 8, head_width: 4, patch_size: 4 };
const architectures: { readonly [layout in Layout]: Architecture } = {
  transformers: { embed_dim: 4, quick_gelu: true, vision_cfg: plain, text_cfg },
  open_clip: { embed_dim: 4, vision_cfg: { image_size: 32, layers: [1, 2, 1, 1], width: 2, head_width: 8 }, text_cfg },
  anagram: { embed_dim: 4, vision_cfg: { ...plain, stem: 'conv' }, text_cfg },
};

const siglip: Architecture = { family: 'siglip', embed_dim: 8, vision_cfg: plain, text_cfg };

/** As small as it can be, with a rule of normalisation. */
function sentencePiece(): SentencePiece {
  const file = writeSentencePiece({
    pieces: [
      { text: '<unk>', score: 0, kind: pieceKinds.unknown },
      { text: '</s>', score: 0, kind: pieceKinds.control },
      ...['▁', 'a', '▁cat', '나무'].map((text, at) => ({ text, score: -1 - at, kind: pieceKinds.normal })),
    ],
    charsmap: Buffer.from([12, 0, 0, 0, 0, 4, 0, 0, 0x61, 5, 0, 0, 0, 0, 0, 0x80, 0x62, 0]),
    addDummyPrefix: true,
    removeExtraWhitespaces: true,
    escapeWhitespaces: true,
    byteFallback: false,
  });
  return new SentencePiece(file);
}

/** A folder with a small model, the files in it, and the tensors that a reader asks for. */
export interface ModelFolder {
  readonly dir: string;
  readonly files: readonly string[];
  readonly tensors: readonly TensorInfo[];
}

/** A model in each layout, a SigLIP, and one in two shards. Without the addon: of its tensors there are those that fix its sizes. */
export async function writeFolders(root: string): Promise<ModelFolder[]> {
  const bpe = Tokenizer.train(['red cat red cat'], { vocabSize: 518 });
  const folder = async (
    name: string,
    layout: Layout,
    weights: readonly string[],
    architecture = architectures[layout],
    tokenizer: TextTokenizer = bpe,
  ): Promise<ModelFolder> => {
    const dir = join(root, name);
    const config: ClipConfig = {
      architecture,
      vocabSize: tokenizer.vocabSize,
      preprocess: architecture.family === 'siglip' ? siglipPreprocess() : defaultPreprocess(layout),
    };
    const tensors = [...definingTensors(config)].map(({ name, shape }) => ({
      name,
      shape: [...shape],
      trainable: true,
    }));
    const read = async (name: string) =>
      new Float32Array(sizeOf(tensors.find((tensor) => tensor.name === name)!.shape));
    await mkdir(dir, { recursive: true });
    await writeModel(dir, layout, { config, tokenizer, tensors, read });
    const configs = { transformers: ['config.json', 'preprocessor_config.json'], open_clip: ['open_clip_config.json'] };
    const more = layout === 'anagram' ? ['anagram_config.json'] : configs[layout];
    return { dir, files: [...weights, ...more, tokenizer === bpe ? 'tokenizer.json' : 'spiece.model'], tensors };
  };
  const old = await folder('vocabulary', 'transformers', ['model.safetensors']);
  await splitTokenizer(old.dir);
  const shards = await folder('shards', 'transformers', [
    'x.safetensors',
    'y.safetensors',
    'model.safetensors.index.json',
  ]);
  await shard(shards.dir);
  return [
    await folder('transformers', 'transformers', ['model.safetensors']),
    await folder('open_clip', 'open_clip', ['open_clip_model.safetensors']),
    await folder('anagram', 'anagram', ['model.safetensors']),
    await folder('siglip', 'transformers', ['model.safetensors'], siglip, sentencePiece()),
    { ...old, files: old.files.flatMap((file) => (file === 'tokenizer.json' ? ['vocab.json', 'merges.txt'] : file)) },
    shards,
  ];
}

/** Writes `tokenizer.json` as the two files that older repositories have. */
async function splitTokenizer(dir: string): Promise<void> {
  const path = join(dir, 'tokenizer.json');
  const { model } = JSON.parse(await readFile(path, 'utf8')) as { model: { vocab: object; merges: string[][] } };
  await writeFile(join(dir, 'vocab.json'), JSON.stringify(model.vocab));
  await writeFile(
    join(dir, 'merges.txt'),
    ['#version: 0.2', ...model.merges.map((merge) => merge.join(' '))].join('\n'),
  );
  await rm(path);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Cuts a folder's weights in two behind the first tensor. */
async function shard(dir: string): Promise<void> {
  const path = join(dir, 'model.safetensors');
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUInt64LE());
  const { __metadata__, ...entries } = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const names = Object.keys(entries);
  const cut = entries[names[0]!]!.data_offsets[1];
  const write = async (name: string, kept: readonly string[], from: number, to: number) => {
    const header = Object.fromEntries(
      kept.map((key) => {
        const entry = entries[key]!;
        return [key, { ...entry, data_offsets: entry.data_offsets.map((offset) => offset - from) }];
      }),
    );
    const json = Buffer.from(JSON.stringify(header));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(json.length));
    await writeFile(join(dir, name), Buffer.concat([size, json, bytes.subarray(8 + length + from, 8 + length + to)]));
  };
  await write('x.safetensors', names.slice(0, 1), 0, cut);
  await write('y.safetensors', names.slice(1), cut, bytes.length);
  const weight_map = Object.fromEntries(names.map((name, at) => [name, at === 0 ? 'x.safetensors' : 'y.safetensors']));
  await writeFile(`${path}.index.json`, JSON.stringify({ metadata: { total_size: bytes.length }, weight_map }));
  await rm(path);
}
