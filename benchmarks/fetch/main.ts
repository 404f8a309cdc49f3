import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { suggest } from '@anagram/core';
import { catalogue } from './catalogue.ts';
import { type Fetched, fetchFiles } from './fetch-files.ts';

/** Fetches benchmarks' files from their owners: `npm run fetch-benchmarks -- sugar-crepe coco-val2017 --dir ./data`. */

const said: { readonly [check in Fetched['check']]: string } = {
  pinned: 'is the file that the catalogue names',
  locked: 'is the file of the first fetch',
  recorded: 'was fetched for the first time: nothing to compare it with; its SHA-256 holds from now on',
  there: 'was unpacked before',
};

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { dir: { type: 'string', default: './data' } },
  });
  if (positionals.length === 0) {
    throw new Error(
      `Expected names, e.g. npm run fetch-benchmarks -- sugar-crepe. Known: ${Object.keys(catalogue).join(', ')}.`,
    );
  }
  const wanted = positionals.map((name) => {
    const family = name.split(':')[0]!;
    const source = Object.hasOwn(catalogue, family) ? catalogue[family] : undefined;
    if (!source) throw new Error(`There is no benchmark "${family}".${suggest(family, Object.keys(catalogue))}`);
    return { name: family, source };
  });
  for (const { name, source } of wanted) {
    const dir = join(values.dir, name);
    await fetchFiles({
      name,
      source,
      dir,
      token: process.env.HF_TOKEN,
      onFile: ({ path, sha256, check }) => console.log(`${join(dir, path)} ${said[check]} (${sha256.slice(0, 12)}…)`),
    });
    if (source.byHand !== undefined) console.log(`${name}: ${source.byHand}`);
    if (source.files.length === 0) process.exitCode = 1;
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
