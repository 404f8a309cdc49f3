import { AnagramError } from '../errors.ts';
import type { Source } from '../pair.ts';
import { defineSource } from './define-source.ts';

/**
 * Several sources one after the other. Ids become `NAME/ID`.
 * @throws AnagramError `invalid-options` where two sources have the same name.
 */
export function concat(...sources: readonly Source[]): Source {
  const names = sources.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new AnagramError(
      'invalid-options',
      `Two of the sources are called "${twice}". Expected different names, because ids start with them. Give one of them another \`name\`.`,
      { where: 'concat' },
    );
  }
  return defineSource({
    name: names.join('+'),
    settings: () => sources.map(({ name, settings }) => ({ name, settings })),
    selective: true,
    async *records({ wanted, ...options }) {
      let before = 0;
      for (const source of sources) {
        const first = before;
        const within = wanted && ((index: number) => wanted(first + index));
        for await (const record of source.records({ ...options, ...(within && { wanted: within }) })) {
          yield { ...record, id: `${source.name}/${record.id}` };
          before++;
        }
      }
    },
  });
}
