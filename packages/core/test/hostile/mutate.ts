import type { Random } from '../../src/random.ts';

/** One way to spoil bytes. */
type Mutation = (bytes: Buffer, random: Random) => Buffer;

const numbers = ['-1', '-0', '0', '00', '0.5', '1e3', '1e400', '-1e400', '7', '65536', '4294967296', '1000000000000'];
const words = ['9007199254740991', '9007199254740992', '18446744073709551615', 'NaN', 'null', 'true', '""', '[]', '{}'];
const names = [
  '__proto__',
  'constructor',
  'toString',
  '__metadata__',
  'weight_map',
  '',
  '\0',
  '../x',
  'a'.repeat(5000),
];

const flipBits: Mutation = (bytes, random) => {
  const copy = Buffer.from(bytes);
  for (let flips = 1 + random.below(8); flips > 0 && copy.length > 0; flips--) {
    copy[random.below(copy.length)]! ^= 1 << random.below(8);
  }
  return copy;
};

const truncate: Mutation = (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1));

/** Puts a piece of the file somewhere else in it. */
const splice: Mutation = (bytes, random) => {
  const [from, to] = [random.below(bytes.length + 1), random.below(bytes.length + 1)];
  const piece = bytes.subarray(from, from + random.below(64));
  return Buffer.concat([bytes.subarray(0, to), piece, bytes.subarray(to + random.below(2) * piece.length)]);
};

const insertNoise: Mutation = (bytes, random) => {
  const at = random.below(bytes.length + 1);
  const noise = Buffer.from(Array.from({ length: 1 + random.below(16) }, () => random.below(256)));
  return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
};

const editNumber: Mutation = (bytes, random) => {
  const text = bytes.toString('utf8');
  const found = [...text.matchAll(/-?\d+(?:\.\d+)?/g)];
  if (found.length === 0) return bytes;
  const { 0: number, index } = random.pick(found);
  const near = String(Number(number) + random.below(3) - 1);
  const edited = random.below(3) === 0 ? near : random.pick([...numbers, ...words]);
  return Buffer.from(text.slice(0, index) + edited + text.slice(index + number.length));
};

/** Says a name twice in one object, sometimes with its first letter escaped. */
const repeatName: Mutation = (bytes, random) => {
  const text = bytes.toString('utf8');
  const found = [...text.matchAll(/"([\w.<|>/-]+)"\s*:/g)];
  if (found.length === 0) return bytes;
  const { 1: name, index } = random.pick(found);
  const code = name!.charCodeAt(0).toString(16).padStart(4, '0');
  const again = random.below(2) === 0 ? name! : `\\u${code}${name!.slice(1)}`;
  return Buffer.from(`${text.slice(0, index)}"${again}":${random.pick([...numbers, ...words])},${text.slice(index)}`);
};

/** Takes away, replaces, renames or nests one value of a JSON text. */
const editStructure: Mutation = (bytes, random) => {
  let root: unknown;
  try {
    root = JSON.parse(bytes.toString('utf8'));
  } catch {
    return flipBits(bytes, random);
  }
  const places: [Record<string, unknown>, string][] = [];
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([value as Record<string, unknown>, key]);
      visit((value as Record<string, unknown>)[key]);
    }
  };
  visit(root);
  if (places.length === 0) return bytes;
  // Most values of a vocabulary are alike, so the places near the root are taken as often as all others.
  const [parent, key] = random.pick(random.below(2) === 0 ? places : places.slice(0, 24));
  const deep = '['.repeat(200) + ']'.repeat(200);
  const edits = [
    () => delete parent[key],
    () => Object.assign(parent, { [random.pick(names)]: parent[key] }),
    () => Object.assign(parent, { [key]: JSON.parse(random.pick([...words.slice(4), deep, '-1', '0.5', '"x"'])) }),
    () => Object.assign(parent, { [key]: random.pick(places)[0] === parent ? [parent[key]] : { x: parent[key] } }),
    () => Object.assign(parent, { [key]: random.pick(places)[1] }),
    () => Object.assign(parent, { [key]: new Array(random.below(2000)).fill(parent[key]) }),
  ];
  random.pick(edits)();
  return Buffer.from(JSON.stringify(root));
};

const mutations: readonly Mutation[] = [
  flipBits,
  truncate,
  splice,
  insertNoise,
  editNumber,
  editNumber,
  repeatName,
  editStructure,
  editStructure,
];

/** One to three mutations of a JSON text. */
export function mutateJson(bytes: Buffer, random: Random): Buffer {
  let mutated = bytes;
  for (let rounds = 1 + random.below(3); rounds > 0; rounds--) mutated = random.pick(mutations)(mutated, random);
  return mutated;
}

/** A safetensors file with its header mutated, or its length, or any of its bytes. */
export function mutateSafetensors(bytes: Buffer, random: Random): Buffer {
  const length = Number(bytes.readBigUInt64LE());
  const [header, data] = [bytes.subarray(8, 8 + length), bytes.subarray(8 + length)];
  const kind = random.below(10);
  if (kind === 0) return random.pick([flipBits, truncate, splice, insertNoise])(bytes, random);
  const edited = kind === 1 ? header : mutateJson(header, random);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(edited.length));
  if (kind === 1)
    size.writeBigUInt64LE(random.pick([0n, 1n, 2n ** 20n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]));
  return Buffer.concat([size, edited, kind === 2 ? truncate(data, random) : data]);
}
