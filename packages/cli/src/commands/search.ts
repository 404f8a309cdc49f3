import { existsSync } from 'node:fs';
import { fileOnDisk, openIndex, type SearchOptions, searchKinds } from '@anagram/core';
import type { Command } from 'commander';
import { given, readConfig, usage } from '../config.ts';
import { type CommonFlags, number, oneOf, withCommonFlags } from '../flags.ts';
import { loadModel } from '../open-model.ts';
import { requirePath } from '../require-path.ts';
import { runCommand } from '../run-command.ts';
import { table } from '../table.ts';

interface Flags extends CommonFlags {
  model: string;
  limit: number;
  find?: NonNullable<SearchOptions['find']>;
}

export function addSearch(program: Command): void {
  const command = program
    .command('search <INDEX> <QUERY>')
    .description('Find the pictures that are nearest to a text, or to a picture given by its path. Exact.')
    .requiredOption('--model <model>', 'the model that the index was made with: a folder, or hf:owner/name')
    .option('--limit <n>', 'most hits', number, 10)
    .option(
      '--find <what>',
      'pictures, texts (those without a picture), or all in one list, where the kind of the query comes first (default: pictures, if the index has any)',
      oneOf(searchKinds),
    );
  withCommonFlags(
    command,
    'anagram search ./index "a red cat left of a blue dog" --model ./runs/a/model',
    'anagram search ./index ./query.jpg --model ./runs/a/model --limit 3',
    'anagram search ./index ./query.jpg --model ./runs/a/model --find texts',
  ).action((dir: string, query: string, flags: Flags) =>
    runCommand(flags, async ({ signal, onEvent }) => {
      if (/\.(png|jpe?g|webp|gif|tiff?|avif)$/i.test(query) && !existsSync(query)) {
        throw usage('QUERY', `There is no picture ${query}. Expected the path of one that is there, or a text.`);
      }
      requirePath('INDEX', dir, 'the folder of an index that embed has made');
      const config = await readConfig(flags);
      await using model = await loadModel(flags.model, config('model'), { signal, onEvent });
      const index = await openIndex({ model, dir });
      const hits = await index.search(existsSync(query) ? fileOnDisk(query) : query, {
        ...{ limit: flags.limit, signal },
        ...given({ find: flags.find }),
      });
      if (hits.length === 0) return { json: hits, lines: [`${dir} has no ${flags.find ?? 'items'} to find.`] };
      return {
        json: hits,
        lines: table(
          ['id', 'cosine', 'kind', 'picture', 'text'],
          hits.map(({ id, score, kind, image = id, text = '' }) => [
            ...[id, score.toFixed(4), kind ?? ''],
            image === id ? '' : image, // a folder's pictures are named by their files
            text,
          ]),
        ),
      };
    }),
  );
}
