import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AnagramError } from '@anagram/core';

export interface OptionalPeer {
  readonly name: string;
  /** What it runs, for the error: `GGUF models`. */
  readonly runs: string;
  /** Of the provider that needs it, in the settings. */
  readonly provider: string;
  readonly model: string;
}

/**
 * A package that runs models in this process, which nobody has to install.
 * @param folder Of a project that has it in its `node_modules`; without it, where this package is installed.
 * @throws AnagramError `generation-failed`.
 */
export async function loadPeer(
  { name, runs, provider, model }: OptionalPeer,
  folder: string | undefined,
): Promise<unknown> {
  try {
    const from =
      folder === undefined ? name : pathToFileURL(createRequire(resolve(folder, 'package.json')).resolve(name)).href;
    return await import(from);
  } catch (cause) {
    const where = folder === undefined ? 'beside @anagram/gen' : `in ${folder}`;
    throw new AnagramError(
      'generation-failed',
      `${name} was not found ${where}. Expected the optional package that runs ${runs}. Install it with \`npm install --ignore-scripts ${name}\`, or name the folder of a project that has it: generation.providers.${provider}.library.`,
      { model },
      { cause },
    );
  }
}
