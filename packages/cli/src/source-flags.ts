import { type Command, Option } from 'commander';
import { type Config, given, usage } from './config.ts';

/** Short forms of settings of the source, of every command that reads one. */
export interface SourceFlags {
  urlColumn?: string;
  imageColumn?: string;
  captionColumn?: string;
}

export function addSourceFlags(command: Command, fetchedInto = 'the folder source.cache of the settings'): Command {
  return command
    .option('--url-column <name>', `SOURCE is a list of URLs, in this column; pictures are fetched into ${fetchedInto}`)
    .addOption(
      new Option('--image-column <name>', 'column of the paths of the pictures of a table').conflicts('urlColumn'),
    )
    .option('--caption-column <name>', 'column of the texts of a table');
}

/** Those of the flags that were given. */
export function givenSourceFlags({ urlColumn, imageColumn, captionColumn }: SourceFlags): SourceFlags {
  return given({ urlColumn, imageColumn, captionColumn });
}

/** Section `source` of the settings, and the flags over it. */
export function sourceSettings(config: Config, flags: SourceFlags): Record<string, unknown> {
  const { urlColumn: url, imageColumn: image, captionColumn: text } = flags;
  return { ...config('source'), ...given({ url, image, text }) };
}

/** @throws AnagramError `invalid-options` where a prepared folder is given, whose texts and pictures are settled. */
export function refuseSourceFlags(prepared: string, { urlColumn, imageColumn, captionColumn }: SourceFlags): void {
  const columns = given({
    '--caption-column': captionColumn,
    '--image-column': imageColumn,
    '--url-column': urlColumn,
  });
  const [name] = Object.keys(columns);
  if (name === undefined) return;
  throw usage(name, `${prepared} is a folder that prepare has filled, and has no columns. Leave ${name} out.`);
}
