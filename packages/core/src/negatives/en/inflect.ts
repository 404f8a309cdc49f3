import { createRequire } from 'node:module';
import type compromise from 'compromise';

let loaded: typeof compromise | undefined;

/** Loaded with the first word that is inflected: 10 MB that the collector would walk over in runs that inflect none. */
function nlp(text: string): ReturnType<typeof compromise> {
  loaded ??= createRequire(import.meta.url)('compromise') as typeof compromise;
  return loaded(text);
}

const unchanged = /^(sheep|fish|deer|moose|bison|aircraft|skis|series)$/;

/** `dog` → `dogs`, `stop sign` → `stop signs`. */
export const pluralOf = remembered((noun) => {
  if (unchanged.test(noun)) return noun;
  if (/man$/.test(noun) && !/(human|german|roman|norman)$/.test(noun)) return noun.replace(/an$/, 'en');
  const doc = nlp(noun);
  doc.tag('Noun');
  return doc.nouns().toPlural().text() || `${noun}s`;
});

export type VerbForm = 'base' | 's' | 'ing' | 'past';
export type VerbForms = { readonly [form in VerbForm]: string };

// Where compromise is British or wrong.
const irregular: { readonly [verb: string]: VerbForms } = {
  travel: { base: 'travel', s: 'travels', ing: 'traveling', past: 'traveled' },
  lay: { base: 'lay', s: 'lays', ing: 'laying', past: 'laid' },
  lie: { base: 'lie', s: 'lies', ing: 'lying', past: 'lay' },
};

/** All forms of a verb; of `turn away from`, the first word is inflected. */
export const formsOf = remembered((verb): VerbForms => {
  const [word = verb, ...rest] = verb.split(' ');
  const tail = rest.length > 0 ? ` ${rest.join(' ')}` : '';
  const found = irregular[word] ?? conjugate(word);
  return { base: word + tail, s: found.s + tail, ing: found.ing + tail, past: found.past + tail };
});

function conjugate(verb: string): VerbForms {
  const doc = nlp(verb);
  doc.tag('Infinitive');
  const found = doc.verbs().conjugate()[0] as
    | { PresentTense?: string; Gerund?: string; PastTense?: string }
    | undefined;
  return {
    base: verb,
    s: found?.PresentTense ?? `${verb}s`,
    ing: found?.Gerund ?? `${verb}ing`,
    past: found?.PastTense ?? `${verb}ed`,
  };
}

const singularVerbs: { readonly [verb: string]: string } = { is: 'are', was: 'were', has: 'have', does: 'do' };

/** `sits` → `sit`, `is` → `are`; null for a form that is the same for one and for many. */
export const pluralVerbOf = remembered((verb): string | null => {
  const known = singularVerbs[verb];
  if (known) return known;
  if (!/[a-z]s$/.test(verb) || /ss$/.test(verb)) return null;
  const doc = nlp(verb);
  doc.tag('PresentTense');
  const base = doc.verbs().toInfinitive().text();
  return base && base !== verb ? base : null;
});

/** Words recur and compromise takes a millisecond for each. */
function remembered<T>(compute: (word: string) => T): (word: string) => T {
  const known = new Map<string, T>();
  return (word) => {
    if (!known.has(word)) known.set(word, compute(word));
    return known.get(word)!;
  };
}
