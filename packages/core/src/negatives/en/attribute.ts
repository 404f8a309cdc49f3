import { type Change, type Rule, replace } from '../rule.ts';
import { type Caption, isPlural } from './caption.ts';
import { wordnetOpposites } from './wordnet-table.ts';

const people =
  /^(m[ae]n|wom[ae]n|boys?|girls?|person|people|child|children|kids?|lady|ladies|guys?|gentleman|couple|adults?|bab(y|ies)|brides?|surfers?|players?|skiers?|skateboarders?)$/;
const children = /^(boys?|girls?|child|children|kids?|bab(y|ies)|toddlers?)$/;
const animals =
  /^(dogs?|cats?|horses?|cows?|elephants?|giraffes?|zebras?|birds?|bears?|sheep|goats?|bulls?|pupp(y|ies)|kittens?)$/;

interface Attribute {
  readonly to: readonly string[];
  /** The nouns it is exchanged before; every noun where it is left out. */
  readonly of?: RegExp;
  /** The nouns it is not exchanged before. */
  readonly notOf?: RegExp;
}

const materials = [
  'wooden',
  'metal',
  'plastic',
  'glass',
  'stone',
  'leather',
  'paper',
  'brick',
  'marble',
  'concrete',
  'ceramic',
  'cardboard',
];
const made =
  /^(tables?|bench(es)?|chairs?|floors?|fences?|walls?|bowls?|plates?|boxes|box|doors?|cups?|pots?|vases?|spoons?|buildings?|houses?|bridges?|statues?|counter|countertops?|shelf|shelves|tray|desk|gate|containers?|poles?|railing|crates?|steps|stairs|frame|bat|boats?|dock|deck|board|stand|cabinets?|structure|barrier|couch|sofa|knife|utensils?|benches|bucket|basket|platform|furniture|ramp|pier|surface)$/;
/** What one of these things is not seldom made of. */
const plausible: { readonly [material: string]: readonly string[] } = {
  wooden: ['metal', 'plastic'],
  metal: ['wooden', 'plastic'],
  plastic: ['wooden', 'metal', 'glass'],
  glass: ['wooden', 'metal'],
  stone: ['wooden', 'metal'],
  brick: ['wooden'],
  marble: ['wooden', 'plastic'],
  concrete: ['wooden', 'metal'],
  ceramic: ['plastic', 'metal'],
  cardboard: ['wooden', 'metal'],
  leather: ['wooden', 'plastic'],
};

const attributes: { readonly [adjective: string]: Attribute } = {
  young: { to: ['old', 'elderly'], of: people, notOf: children },
  old: { to: ['young'], of: new RegExp(`${people.source}|${animals.source}`) },
  elderly: { to: ['young'], of: people },
  older: { to: ['young', 'younger'], of: people },
  younger: { to: ['older'], of: people },
  adult: { to: ['baby'], of: animals },
  baby: { to: ['adult'], of: animals },
  smiling: { to: ['crying', 'frowning'] },
  happy: { to: ['sad', 'angry'] },
  sad: { to: ['happy'] },
  sleeping: { to: ['running', 'jumping'], of: new RegExp(`${people.source}|${animals.source}`) },
  striped: { to: ['spotted', 'checkered'] },
  spotted: { to: ['striped'] },
  checkered: { to: ['striped', 'spotted'] },
  plaid: { to: ['striped', 'spotted'] },
  floral: { to: ['striped', 'checkered'] },
  flowered: { to: ['striped', 'checkered'] },
  round: { to: ['square', 'triangular'] },
  square: { to: ['round', 'triangular'], notOf: /^(feet|meters?|miles?)$/ },
  circular: { to: ['square', 'triangular'] },
  rectangular: { to: ['round', 'triangular'] },
  oval: { to: ['square', 'triangular'] },
  sunny: { to: ['cloudy', 'rainy'] },
  cloudy: { to: ['sunny', 'clear'] },
  rainy: { to: ['sunny'] },
  snowy: {
    to: ['sandy', 'grassy'],
    of: /^(hills?|slopes?|mountains?|fields?|ground|area|hillside|surface|landscape|terrain|bank)$/,
  },
  grassy: { to: ['snowy', 'sandy'] },
  sandy: { to: ['grassy', 'snowy'] },
  bright: {
    to: ['dark', 'dim'],
    of: /^(rooms?|lights?|sky|skies|street|day|kitchen|bedroom|bathroom|area|hallway|place|office|window)$/,
  },
  dark: {
    to: ['bright'],
    of: /^(rooms?|sky|skies|street|night|kitchen|bedroom|bathroom|area|alley|road|hallway|tunnel|place)$/,
  },
  colorful: { to: ['gray', 'colorless'], notOf: /^(lights?|flowers?|fruits?|vegetables?)$/ },
  crowded: { to: ['empty', 'deserted'] },
  busy: {
    to: ['deserted', 'empty'],
    of: /^(streets?|roads?|intersection|city|highway|sidewalk|airport|market|kitchen|restaurant|beach|station|marketplace|terminal)$/,
  },
  deserted: { to: ['crowded', 'busy'] },
  full: {
    to: ['empty'],
    of: /^(bowls?|plates?|glass|glasses|cups?|tables?|trays?|carts?|refrigerator|bus|shelf|shelves|fridge|train)$/,
  },
  empty: {
    to: ['crowded'],
    of: /^(streets?|roads?|rooms?|train|bus|beach|sidewalk|restaurant|park|subway|station|platform|benches|parking|highway|stadium)$/,
  },
  open: {
    to: ['closed'],
    of: /^(doors?|windows?|gates?|books?|refrigerator|fridge|oven|box|boxes|umbrellas?|laptops?|suitcases?|drawers?|cabinets?|mouth|eyes|toilet|lid|luggage|bag|curtains?|microwave)$/,
  },
  closed: { to: ['open'] },
  clean: { to: ['dirty', 'messy'] },
  dirty: { to: ['clean'] },
  messy: { to: ['tidy', 'clean'], notOf: /^hair$/ },
  cluttered: { to: ['empty', 'tidy'] },
  neat: { to: ['messy'] },
  tidy: { to: ['messy', 'cluttered'] },
  hot: { to: ['cold'], notOf: /^(dogs?|air|tub|chocolate|peppers?|sauce|wheels)$/ },
  modern: { to: ['old-fashioned', 'ancient'] },
  antique: { to: ['modern', 'new'] },
  vintage: { to: ['modern', 'new'] },
  rusty: { to: ['shiny', 'new'] },
  shiny: { to: ['rusty', 'dull'] },
  broken: { to: ['intact'] },
  curly: { to: ['straight'], of: /^hair$/ },
  straight: { to: ['curly'], of: /^hair$/ },
  blonde: { to: ['dark-haired'], of: people },
  bald: { to: ['long-haired'], of: people },
  fluffy: { to: ['smooth', 'hairless'], of: animals },
  raw: { to: ['cooked'] },
  cooked: { to: ['raw'] },
  frozen: { to: ['steaming'], of: /^(lake|river|pond|food)$/ },
  fresh: { to: ['rotten', 'moldy'], of: /^(fruits?|vegetables?|produce|bananas?|apples?|oranges?|bread|salad)$/ },
  calm: { to: ['stormy', 'rough'] },
  female: { to: ['male'] },
  male: { to: ['female'] },
  lush: { to: ['dry', 'barren'] },
  bare: { to: ['covered'], of: /^(tables?|floor|walls?)$/ },
  // What WordNet says, where it is not of everything.
  new: { to: ['old'], notOf: /^(york|year|years|orleans|zealand|england|born)$/ },
  whole: { to: ['half-eaten'], of: /^(pizza|cake|pie|apple|sandwich|donut)$/ },
};

/** `an old man` → `a young man`, `a wooden bench` → `a metal bench`: what is neither colour nor size. */
export const attribute: Rule<Caption> = ({ tokens, phrases }) =>
  tokens.flatMap((token, i): Change[] => {
    const phrase = phrases.find((each) => each.start <= i && i < each.head);
    const predicate = !phrase && /^(is|are|was|were)$/.test(tokens[i - 1]?.lower ?? '') && token.tag === 'ADJ';
    if (tokens[i + 1]?.lower === '-' || tokens[i - 1]?.lower === '-' || (!phrase && !predicate)) return [];
    // `a young and old man`, `lush green`: the two belong together.
    if (/^(and|or|,|green)$/.test(tokens[i + 1]?.lower ?? '') && !predicate) return [];
    if (/^(and|or)$/.test(tokens[i - 1]?.lower ?? '') && tokens[i - 2]?.tag === 'ADJ') return [];
    const head = phrase ? tokens[phrase.head]!.lower : '';
    return alternatives(token.lower, head).flatMap((to): Change[] => {
      const plainPlural = phrase && isPlural(head, phrase.determiner) && to === 'baby';
      const graded = /^(very|so|too|really|quite)$/.test(tokens[i - 1]?.lower ?? '') && absolute.test(to);
      if (plainPlural || graded || tokens.some((other) => other.lower === to)) return [];
      return [{ from: token.lower, to, edits: [replace(token, to)] }];
    });
  });

// What nothing is very.
const absolute =
  /^(deserted|empty|intact|ancient|half-eaten|bare|covered|closed|open|male|female|striped|square|round)$/;

function alternatives(word: string, head: string): readonly string[] {
  if (materials.includes(word)) return made.test(head) ? (plausible[word] ?? []) : [];
  const known = Object.hasOwn(attributes, word) ? attributes[word]! : null;
  if (known) {
    const fits = (!known.of || known.of.test(head)) && !known.notOf?.test(head);
    return fits
      ? known.to
      : word === 'old' &&
          !people.test(head) &&
          !/^(school|town|fashion|fashioned|style|time|photo|photograph|picture|image|photos|pictures|age)$/.test(head)
        ? ['new']
        : [];
  }
  return Object.hasOwn(wordnetOpposites, word) ? wordnetOpposites[word]! : [];
}
