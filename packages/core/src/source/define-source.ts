import { AnagramError } from '../errors.ts';
import type { Json, ReadingOptions, Source, SourceRecord } from '../pair.ts';

/**
 * Makes a source of your own. Ids must be unique and the same in every run; what is wrong with a record goes into its
 * `problem`, not into an exception.
 * @param definition.name Shown in verdicts.
 * @param definition.settings Plain data that changes when the records do; may be a function, called when it is first needed.
 * @param definition.records Called once per reading.
 * @param definition.selective `records` is given `wanted` and counts places as it says; without it nothing is left out.
 */
export function defineSource(definition: {
  name: string;
  settings: Json | (() => Json);
  records(options: ReadingOptions): AsyncIterable<SourceRecord> | Iterable<SourceRecord>;
  selective?: boolean;
}): Source {
  let settings: Json | undefined;
  return {
    name: definition.name,
    get settings() {
      settings ??= typeof definition.settings === 'function' ? definition.settings() : definition.settings;
      return settings;
    },
    async *records({ signal, wanted } = {}) {
      signal?.throwIfAborted();
      const options = { ...(signal && { signal }), ...(definition.selective && wanted && { wanted }) };
      for await (const record of definition.records(options)) {
        if (typeof record.id !== 'string' || record.id === '') {
          throw new AnagramError(
            'source-failed',
            `Source ${definition.name} gave a record without an id. Expected a text, received ${JSON.stringify(record.id)}. Give every record a unique, lasting id.`,
            { path: definition.name },
          );
        }
        yield record;
        signal?.throwIfAborted();
      }
    },
  };
}
