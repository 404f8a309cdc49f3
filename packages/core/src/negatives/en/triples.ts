import { languageOf } from '../language.ts';
import { parseScene } from './scene-graph.ts';

/** What a caption says of a thing, as a statement: `cats` `sitting on` `car`, or `car` `is` `red`. In lower case. */
export interface Triple {
  readonly head: string;
  readonly relation: string;
  readonly tail: string;
}

/** Of Structure-CLIP's code. */
const mostTriples = 6;

/**
 * Reads an English caption as triples, by its scene graph: first what relates two things, then the attributes of each; at most 6, as in
 * Structure-CLIP (Huang et al. 2024). None where the rules find none, and none of a text in another language that has rules.
 * @example
 * readTriples('two black cats sitting on a red car')
 * // cats sitting on car · cats is black · car is red
 */
export function readTriples(text: string): Triple[] {
  if (languageOf(text) !== 'en') return [];
  const { objects, relations } = parseScene(text);
  const related = relations.flatMap(({ subject, predicate, object }) =>
    object === null ? [] : [{ head: objects[subject]!.name, relation: predicate, tail: objects[object]!.name }],
  );
  const said = objects.flatMap(({ name, attributes }) =>
    attributes.map(({ word }) => ({ head: name, relation: 'is', tail: word })),
  );
  return [...related, ...said].slice(0, mostTriples);
}
