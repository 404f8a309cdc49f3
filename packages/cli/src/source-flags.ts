import type { Command } from 'commander';
import { type Config, given, usage } from './config.ts';

/** Short forms of settings of the source, of every command that reads one. */
export interface SourceFlags {
  urlColumn?: string;
  captionColumn?: string;
}

export function addSourceFlags(command: Command, fetchedInto = 'the folder source.cache of the settings'): Command {
  return command
    .option('--url-column <name>', `SOURCE is a list of URLs, in this column; pictures are fetched into ${fetchedInto}`)
    .option('--caption-column <name>', 'column of the texts of a table');
}

/** Section `source` of the settings, and the flags over it. */
export function sourceSettings(config: Config, { urlColumn, captionColumn }: SourceFlags): Record<string, unknown> {
  return { ...config('source'), ...given({ url: urlColumn, text: captionColumn }) };
}

/** @throws AnagramError `invalid-options` where a prepared folder is given, whose texts and pictures are settled. */
export function refuseSourceFlags(prepared: string, { urlColumn, captionColumn }: SourceFlags): void {
  const name = captionColumn !== undefined ? '--caption-column' : '--url-column';
  if (captionColumn === undefined && urlColumn === undefined) return;
  throw usage(name, `${prepared} is a folder that prepare has filled, and has no columns. Leave ${name} out.`);
}
