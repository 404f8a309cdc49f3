import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decodeImage, encodePng } from '@anagram/core';
import { cacheFolder, doctor } from '@anagram/native';
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { exitCodes } from '../exit-code.ts';
import { runCommand } from '../run-command.ts';
import { type Fact, tryGenerators } from '../try-generators.ts';

interface Flags {
  config?: string;
  offline?: boolean;
  json?: boolean;
}

const leastNode = [22, 12] as const;

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Say what this machine has of what Anagram needs, and what to do about the rest. Changes nothing.')
    .option('--config <file>', 'whose generators are to be tried, each with one real call')
    .option('--offline', 'list the generators without calling them')
    .option('--json', 'print the facts as JSON')
    .addHelpText('after', '\nExample:\n  $ anagram doctor\n  $ anagram doctor --config anagram.json')
    .action((flags: Flags) =>
      runCommand(flags, async (context) => {
        const config = await readConfig(flags.config === undefined ? {} : { config: flags.config });
        const facts = [...(await examine()), ...(await tryGenerators(config, flags, context))];
        return {
          json: facts,
          lines: facts.map(
            ({ ok, needed, name, text }) =>
              `${ok ? 'ok     ' : needed ? 'missing' : 'absent '}  ${name.padEnd(10)}  ${text.replaceAll('\n', `\n${' '.repeat(21)}`)}`,
          ),
          ...(facts.some(({ ok, needed }) => needed && !ok) && { exitCode: exitCodes.failed }),
        };
      }),
    );
}

async function examine(): Promise<Fact[]> {
  const native = await doctor();
  const built = native.some(({ name, ok }) => name === 'addon' && ok);
  const forBuilding = new Set(['compiler', 'cmake', 'libtorch']);
  return [
    nodeFact(process.versions.node),
    ...native.map((fact) => ({ ...fact, needed: !(built && forBuilding.has(fact.name)) })),
    await fact('sharp', true, async () => {
      const png = await encodePng({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3) });
      await decodeImage(png);
      return 'reads and writes pictures';
    }),
    await fact('cache', true, async () => {
      const folder = cacheFolder(process.env);
      if (!(await canBeMade(folder)))
        throw new Error(`${folder} cannot be written. Set ANAGRAM_CACHE to a folder that can.`);
      return folder;
    }),
  ];
}

function nodeFact(version: string): Fact {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const ok = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  const wanted = leastNode.join('.');
  return { name: 'node', ok, needed: true, text: ok ? version : `${version}; install Node ${wanted} or newer` };
}

async function fact(name: string, needed: boolean, find: () => Promise<string>): Promise<Fact> {
  try {
    return { name, ok: true, needed, text: await find() };
  } catch (error) {
    return { name, ok: false, needed, text: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether a folder can be written: itself, or where it is not there yet the nearest one above it. */
async function canBeMade(folder: string): Promise<boolean> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => error.code);
  if (found === 'ENOENT') return dirname(folder) !== folder && canBeMade(dirname(folder));
  if (typeof found !== 'object' || !found.isDirectory()) return false;
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}
