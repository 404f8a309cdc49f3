import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.(ts|mts|mjs|cc|h|cu)$/.test(file));
const read = (file: string) => readFileSync(`${root}/${file}`, 'utf8');
const isTest = (file: string) => /(\.test(-d)?\.ts$)|(^packages\/[^/]+\/test\/)|(^tests\/)/.test(file);
const sources = files.filter((file) => !isTest(file));
const typescript = sources.filter((file) => /\.(ts|mts|mjs)$/.test(file));

/** Module names that a TypeScript file imports, statically or not. */
const imports = (file: string) =>
  [...read(file).matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1]!);
/** Headers that a C++ file includes in quotes. */
const includes = (file: string) => [...read(file).matchAll(/#include\s+["<]([^">]+)[">]/g)].map((match) => match[1]!);
const offenders = (among: readonly string[], broken: (file: string) => boolean) => among.filter(broken);

describe('packages', () => {
  const order = ['native', 'core', 'gen', 'cli'];
  it.each(order)('%s imports nothing above it', (name) => {
    const above = order.slice(order.indexOf(name) + 1).map((upper) => `@anagram/${upper}`);
    const inside = typescript.filter((file) => file.startsWith(`packages/${name}/`));
    expect(
      offenders(inside, (file) => imports(file).some((module) => above.some((upper) => module.startsWith(upper)))),
    ).toEqual([]);
  });

  it('use each other through their front door alone', () => {
    const deep = /@anagram\/(native|core|gen|cli)\/(?!testing$)/;
    expect(
      offenders(
        files.filter((file) => file.endsWith('.ts')),
        (file) => imports(file).some((module) => deep.test(module)),
      ),
    ).toEqual([]);
    const sideways = /^(\.\.\/)+(native|core|gen|cli)\//;
    expect(offenders(typescript, (file) => imports(file).some((module) => sideways.test(module)))).toEqual([]);
  });

  it('never import worlds, benchmarks or examples', () => {
    const product = typescript.filter((file) => file.startsWith('packages/'));
    expect(
      offenders(product, (file) => imports(file).some((module) => /worlds|benchmarks|examples/.test(module))),
    ).toEqual([]);
  });

  it('talk HTTP to models in gen alone, and the AI SDK is known there alone', () => {
    const others = typescript.filter((file) => file.startsWith('packages/') && !file.startsWith('packages/gen/'));
    expect(
      offenders(others, (file) => imports(file).some((module) => module === 'ai' || module.startsWith('@ai-sdk/'))),
    ).toEqual([]);
  });
});

describe('core', () => {
  const core = typescript.filter((file) => file.startsWith('packages/core/src/'));

  it('touches sharp in image/ alone', () => {
    expect(
      offenders(core, (file) => imports(file).includes('sharp') && !file.startsWith('packages/core/src/image/')),
    ).toEqual([]);
    const elsewhere = typescript.filter((file) => /^packages\/(native|gen|cli)\//.test(file));
    expect(offenders(elsewhere, (file) => imports(file).includes('sharp'))).toEqual([]);
  });

  it('knows its queue library in queue/ alone, and loads it when a queue is opened', () => {
    const libraries = /^(bullmq|ioredis|pg)$/;
    const users = core.filter((file) => imports(file).some((module) => libraries.test(module)));
    expect(offenders(users, (file) => !file.startsWith('packages/core/src/queue/'))).toEqual([]);
    expect(offenders(users, (file) => /^import (?!type).*from '(bullmq|ioredis|pg)'/m.test(read(file)))).toEqual([]);
    expect(users).not.toEqual([]);
  });

  it('reaches the addon through native.ts alone (types aside)', () => {
    const value = /^(?!import type|export type|\s*\*|\s*\/\/).*from '@anagram\/native'|import\('@anagram\/native'\)/m;
    expect(offenders(core, (file) => value.test(read(file)) && !/\/(native|index)\.ts$/.test(file))).toEqual([]);
  });

  it('takes chance from seeds and never from Math.random', () => {
    expect(offenders(core, (file) => /Math\.random\(/.test(read(file)))).toEqual([]);
  });
});

describe('C++', () => {
  const native = sources.filter((file) => /^packages\/native\/src\/.*\.(cc|h)$/.test(file));

  it('knows Node under binding/ and in addon.cc alone', () => {
    const border = /^packages\/native\/src\/(binding\/|addon\.cc$)/;
    expect(
      offenders(
        native,
        (file) => includes(file).some((header) => /^(napi|node_api|js_native_api)/.test(header)) && !border.test(file),
      ),
    ).toEqual([]);
  });

  it.each([
    ['nn', /^(train|objective|ops|binding)\//],
    ['ops', /^(train|objective|nn|binding)\//],
    ['objective', /^(train|binding)\//],
    ['train', /^binding\//],
  ])('%s includes nothing above it', (room, above) => {
    const inside = native.filter((file) => file.startsWith(`packages/native/src/${room}/`));
    expect(inside.length).toBeGreaterThan(0);
    expect(
      offenders(inside, (file) => includes(file).some((header) => above.test(header.replace(/^(\.\.\/)+/, '')))),
    ).toEqual([]);
  });
});

describe('files', () => {
  it('stay within 350 lines of TypeScript and 450 of C++, tables of data aside', () => {
    const tables = /benchmarks\/worlds\/.*\/objects\.ts$|\/tables?\/|-table\.ts$/;
    const long = files.filter((file) => {
      const lines = read(file).split('\n').length - 1;
      return lines > (/\.(cc|h|cu)$/.test(file) ? 450 : 350) && !tables.test(file);
    });
    expect(long).toEqual([]);
  });

  it('are named for what they hold', () => {
    expect(
      files.filter((file) => /(^|\/)(utils?|helpers?|common|misc|manager|service)(\/|\.[a-z]+$)/.test(file)),
    ).toEqual([]);
  });

  it('have one barrel a package', () => {
    const barrels = files.filter(
      (file) => /^packages\/[^/]+\/(src|lib)\/.+\/index\.ts$/.test(file) && !file.includes('/testing/'),
    );
    expect(barrels).toEqual([]);
  });
});
