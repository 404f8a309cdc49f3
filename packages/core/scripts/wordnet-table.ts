// Writes src/negatives/en/wordnet-table.ts: what nouns of captions may be exchanged for, and opposites of their adjectives.
// node packages/core/scripts/wordnet-table.ts CAPTIONS.txt
// The captions (one a line) say which of WordNet's 150,000 words are worth having; none of them goes into the table.
import { readFileSync, writeFileSync } from 'node:fs';
import nlp from 'compromise';
import { readCaption } from '../src/negatives/en/caption.ts';
import { pluralOf } from '../src/negatives/en/inflect.ts';
import { type Synset, WordNet } from './wordnet.ts';

/** Kinds whose members are seldom taken for each other: lemma, and which of its meanings. */
const roots: readonly (readonly [lemma: string, sense: number])[] = [
  ['bird', 0],
  ['ungulate', 0],
  ['carnivore', 0],
  ['rodent', 0],
  ['fish', 0],
  ['reptile', 0],
  ['garment', 0],
  ['headdress', 0],
  ['footwear', 0],
  ['jewelry', 0],
  ['seat', 2],
  ['table', 1],
  ['bedroom furniture', 0],
  ['white goods', 0],
  ['kitchen appliance', 0],
  ['kitchen utensil', 0],
  ['bag', 0],
  ['vessel', 2],
  ['motor vehicle', 0],
  ['boat', 0],
  ['aircraft', 0],
  ['building', 0],
  ['room', 0],
  ['barrier', 0],
  ['musical instrument', 0],
  ['electronic equipment', 0],
  ['sports equipment', 0],
  ['hand tool', 0],
  ['plaything', 0],
  ['floor cover', 0],
  ['bedclothes', 0],
  ['edible fruit', 0],
  ['vegetable', 0],
  ['baked goods', 0],
  ['meat', 0],
  ['beverage', 0],
  ['dish', 1],
  ['dairy product', 0],
  ['condiment', 0],
  ['flower', 0],
  ['flower', 1],
  ['geological formation', 0],
  ['body of water', 0],
  ['athlete', 0],
];

/** Read by eye and left out: parts, brands, and words whose meaning in captions is another one or too close to its neighbours'. */
const never = new Set(
  (
    'jeans pants shorts alcohol bank bar barrier basin bath ben bench bird boot booth box burgundy chicken chili chilli chocolate ' +
    'classroom coke compartment console counter court cover cream cruller door downhill dugout font fountain ' +
    'glove grand griddle grill hall hammer hammock horse hose kiss ladle ledge mitt napkin oxen parmesan patty ' +
    'pepsi peripheral pickle pit pitcher plate pocket port pot prosciutto rack rail resort salmon salon sands ' +
    'sausage scooter shoulder sidecar skate spatula spectator stall string swing table tank thames tin tunnel ' +
    'turkey turtle shelf'
  ).split(' '),
);

/** Said of sizes, colours and numbers, which have rules of their own, or true beside their opposite. */
const neverOpposed = new Set(
  (
    'white black big little large small tall short long wide narrow deep shallow same different many few other left right ' +
    'top bottom public private male female single double first last second high low light heavy dark clear close distant nasty nice lean ripe idle busy made unmade covered'
  ).split(' '),
);

const captions = readFileSync(process.argv[2]!, 'utf8')
  .split('\n')
  .filter((line) => line.trim() !== '');
const { nouns, adjectives } = wordsOf(captions);
const wordnet = new WordNet('noun');
const kinds = roots.flatMap(([lemma, sense]) => {
  const members = membersOf(wordnet.sensesOf(lemma)[sense]!);
  return members.length > 1 ? [members.join('|')] : [];
});
const opposites = oppositesOf(new WordNet('adj'));
writeFileSync(
  new URL('../src/negatives/en/wordnet-table.ts', import.meta.url),
  `// Extracted from WordNet 3.1 by scripts/wordnet-table.ts; not edited by hand. WordNet 3.1 Copyright 2011 by Princeton
// University. All rights reserved. Its licence stands in WORDNET-LICENSE.

/** Things of one kind, as in \`object.ts\`. */
export const wordnetKinds: readonly string[] = [
${kinds.map((kind) => `  '${kind}',`).join('\n')}
];

/** Adjective → its direct antonyms. */
export const wordnetOpposites: { readonly [adjective: string]: readonly string[] } = {
${opposites.map(([word, others]) => `  ${word}: [${others.map((other) => `'${other}'`).join(', ')}],`).join('\n')}
};
`,
);
console.log(`${kinds.length} kinds, ${opposites.length} adjectives`);

/** Singular nouns that head a phrase, and adjectives, with how often they are said. */
function wordsOf(texts: readonly string[]) {
  const nouns = new Map<string, number>();
  const adjectives = new Map<string, number>();
  const add = (map: Map<string, number>, word: string) => map.set(word, (map.get(word) ?? 0) + 1);
  for (const text of texts) {
    const { tokens, phrases } = readCaption(text);
    for (const { head, plural } of phrases) add(nouns, plural ? singularOf(tokens[head]!.lower) : tokens[head]!.lower);
    for (const { tag, lower } of tokens) if (tag === 'ADJ') add(adjectives, lower);
  }
  return { nouns, adjectives };
}

function singularOf(noun: string): string {
  const doc = nlp(noun);
  doc.tag('Noun');
  const singular = doc.nouns().toSingular().text();
  return singular && pluralOf(singular) === noun ? singular : noun;
}

/** Words of the captions below a meaning, if that is what the word mostly means; synonyms and kinds of each other joined by a slash. */
function membersOf(root: Synset): string[] {
  const found = [...nouns]
    .filter(([word]) => !never.has(word) && /^[a-z]+$/.test(word))
    .flatMap(([word]) => {
      const synset = wordnet
        .sensesOf(word)
        .slice(0, 2)
        .find((each) => each.id !== root.id && wordnet.ancestorsOf(each).has(root.id));
      return synset ? [{ word, synset, above: wordnet.ancestorsOf(synset) }] : [];
    });
  const groups: (typeof found)[] = [];
  for (const member of found) {
    const related = groups.filter((group) =>
      group.some((each) => each.above.has(member.synset.id) || member.above.has(each.synset.id)),
    );
    groups.splice(0, groups.length, ...groups.filter((group) => !related.includes(group)), [...related.flat(), member]);
  }
  return groups
    .map((group) =>
      group
        .map(({ word }) => word)
        .sort()
        .join('/'),
    )
    .sort();
}

/** Opposites among the adjectives that captions use; `unbroken` and `colourless` are none that a caption would use. */
function oppositesOf(wordnet: WordNet): (readonly [string, readonly string[]])[] {
  const said = [...adjectives.keys()].filter((word) => /^[a-z]+$/.test(word) && !neverOpposed.has(word)).sort();
  return said.flatMap((word) => {
    const antonyms = wordnet
      .sensesOf(word)
      .slice(0, 2)
      .flatMap((synset) => {
        const at = synset.words.indexOf(word) + 1;
        return synset.pointers
          .filter(({ kind, word: from }) => kind === '!' && from === at)
          .map(({ to, toWord }) => wordnet.synset(to).words[toWord - 1]!);
      });
    const usable = [...new Set(antonyms)].filter((other) => adjectives.has(other) && !neverOpposed.has(other));
    return usable.length > 0 ? [[word, usable] as const] : [];
  });
}
