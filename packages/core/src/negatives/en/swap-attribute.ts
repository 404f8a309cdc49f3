import { type Change, type Rule, replace, type Token } from '../rule.ts';
import type { Caption } from './caption.ts';
import { isColour, isNearColour } from './colour.ts';
import { exchange, pairsOf } from './exchange.ts';
import { numberOf } from './quantity.ts';
import { isSizeWord } from './size.ts';

const kinds = {
  looks: /^(striped|spotted|checkered|plaid|floral|flowered|colorful|patterned|shiny|multicolored)$/,
  shape: /^(round|square|rectangular|circular|triangular|oval)$/,
  material: /^(wooden|metal|plastic|stone|brick|leather|paper|glass|concrete|marble|ceramic|steel|cardboard)$/,
  state:
    /^(wet|dry|dirty|clean|messy|rusty|old|new|antique|modern|vintage|broken|open|closed|empty|full|ornate|fancy|plain)$/,
  ground: /^(grassy|sandy|snowy|rocky|dusty|muddy)$/,
} as const;
type Kind = keyof typeof kinds | 'size' | 'age' | 'number';
const ages = /^(old|young|elderly|adult|older|younger)$/;
const people =
  /^(m[ae]n|wom[ae]n|boys?|girls?|person|people|child|children|kids?|lady|ladies|guys?|players?|bab(y|ies))$/;

/** Attributes change places only with attributes of the same kind. */
function kindOf(token: Token, noun: string): Kind | null {
  if (ages.test(token.lower) && people.test(noun)) return 'age';
  if (isColour(token.lower)) return 'looks';
  if (isSizeWord(token.lower)) return 'size';
  if (numberOf(token.lower) >= 2) return 'number';
  return (Object.keys(kinds) as (keyof typeof kinds)[]).find((kind) => kinds[kind].test(token.lower)) ?? null;
}

/** `a red cat and a blue dog` → `a blue cat and a red dog`. */
export const swapAttribute: Rule<Caption> = ({ tokens, phrases }) => {
  const said = phrases.flatMap((phrase) => {
    const noun = tokens[phrase.head]!.lower;
    const attributes = tokens.slice(phrase.start, phrase.head).flatMap((token, k) => {
      const kind = kindOf(token, noun);
      const at = phrase.start + k;
      return kind && isWhole(tokens, at) ? [{ token, kind }] : [];
    });
    return attributes.map((attribute) => ({ ...attribute, phrase, noun }));
  });
  return pairsOf(said).flatMap(([a, b]): Change[] => {
    if (a.phrase === b.phrase || a.kind !== b.kind || a.noun === b.noun || isNearColour(a.token.lower, b.token.lower))
      return [];
    if (a.kind === 'looks' && people.test(a.noun) !== people.test(b.noun)) return [];
    if (a.kind === 'number' && !(a.phrase.plural && b.phrase.plural)) return [];
    if (a.token.lower === b.token.lower || sameScale(a.token.lower, b.token.lower)) return [];
    return [exchange(a.token.lower, b.token.lower, replace(a.token, b.token.lower), replace(b.token, a.token.lower))];
  });
};

/** Not one half of `black and white`, nor a part of `red-and-white` and `six-pack`. */
function isWhole(tokens: readonly Token[], at: number): boolean {
  const joins = /^(and|or|&|-|\/|,)$/;
  const [before, next] = [tokens[at - 1], tokens[at + 1]];
  if (next && (joins.test(next.lower) || next.lower === '-')) return false;
  return !before || !joins.test(before.lower) || (before.lower !== '-' && tokens[at - 2]?.tag === 'NOUN');
}

const scales = [
  'big large huge giant',
  'small little tiny',
  'old older elderly',
  'young younger',
  'old antique',
  'new modern',
];
const sameScale = (a: string, b: string): boolean =>
  scales.some((scale) => scale.split(' ').includes(a) && scale.split(' ').includes(b));
