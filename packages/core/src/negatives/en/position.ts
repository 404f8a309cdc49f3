import { type Change, type Rule, replaceSpan } from '../rule.ts';
import type { Caption } from './caption.ts';

interface Relation {
  readonly from: string;
  readonly to: readonly string[];
  /** What the noun right behind must be; `any` for a noun phrase of any kind. */
  readonly head?: RegExp | 'any';
  /** What the words right behind must look like; lower case, single spaces. */
  readonly behind?: RegExp;
  /** What the words in front must not end in. */
  readonly notAfter?: RegExp;
}

// What something can be under as well as on, which a street is not.
const surface =
  /^(tables?|beds?|couch|couches|sofa|sofas|chairs?|bench|benches|desks?|counters?|countertop|shelf|shelves|cars?|trucks?|bus|trees?|branch|bridge|umbrellas?|plates?|roof|blankets?|rug|mat|trays?|carts?|boats?|stove|box|boxes|pillows?|laptops?|books?|towels?|suitcases?|napkin|tablecloth|stools?|platform|fence|rocks?|logs?|boards?|stand|dresser|piano|sheet|cushion|toilet|hat|keyboard|skateboard|surfboard|board)$/;
const container =
  /^(box|boxes|bowls?|baskets?|cars?|trucks?|boats?|sinks?|cages?|bags?|suitcases?|oven|refrigerator|fridge|house|building|tent|pots?|pans?|glass|glasses|cups?|drawers?|tub|bathtub|crates?|pen|barn|garage|trains?|bus|vans?|cabinets?|closet|enclosure|stall|vases?|jars?|carts?|buckets?)$/;
const room = /^(kitchen|bathroom|bedroom|restaurant|store|shop|office|church|room|garage|barn|house)$/;
// What something can be on top of or underneath, when it is next to it.
const solid =
  /^(m[ae]n|wom[ae]n|boys?|girls?|dogs?|cats?|horses?|cows?|elephants?|cars?|trucks?|bus|buses|trains?|tables?|chairs?|bench|couch|beds?|desk|box|boxes|laptops?|computers?|bowls?|plates?|cups?|glass|umbrellas?|motorcycles?|bicycles?|bikes?|suitcases?|boats?|airplanes?|planes?|books?|keyboards?|monitors?|sinks?|toilets?|vases?|bananas?|oranges?|apples?|pizza|sandwich|refrigerator|stove|oven|microwave|trees?|rocks?|lamps?|teddy|statue)$/;
const sides = /^(side|hand|of|corner|and|,|\.|$)/;
const verbsWithOver =
  /\b(all|look\w*|lean\w*|bend\w*|bent|turn\w*|left|going|half|tak\w*|just|gett?\w*|hand\w*|pull\w*|run|runs)$/;
const verbsWithOn = /\b(work\w*|put\w*|keep\w*|lean\w*|chew\w*|turn\w*|tr(y|ies|ying)|draw\w*|painted|typ\w*)$/;

const relations: readonly Relation[] = [
  { from: 'on top of', to: ['underneath', 'under', 'next to'], head: surface },
  { from: 'on top of', to: ['next to', 'in front of', 'behind'] },
  { from: 'in front of', to: ['behind'] },
  { from: 'in back of', to: ['in front of'] },
  { from: 'next to', to: ['on top of', 'underneath', 'far away from'], head: solid, notAfter: /\b(right|close|and)$/ },
  { from: 'next to', to: ['far away from'], notAfter: /\b(right|close|and)$/ },
  { from: 'close to', to: ['far away from'], notAfter: /\b(very|up)$/ },
  { from: 'far from', to: ['next to'] },
  { from: 'far away from', to: ['next to'] },
  { from: 'inside of', to: ['outside of'] },
  { from: 'outside of', to: ['inside of'] },
  { from: 'in the background', to: ['in the foreground'] },
  { from: 'in the foreground', to: ['in the background'] },
  { from: 'in the front', to: ['in the back'] },
  { from: 'in the back', to: ['in the front'] },
  { from: 'at the top', to: ['at the bottom'] },
  { from: 'at the bottom', to: ['at the top'] },
  { from: 'on the top', to: ['on the bottom'], behind: /^(of|shelf|bunk|$|\.)/ },
  { from: 'on the bottom', to: ['on the top'], behind: /^(of|shelf|bunk|$|\.)/ },
  { from: 'left', to: ['right'], behind: sides, notAfter: /\b(have|has|had|is|are|was|been|being|food|just|were)$/ },
  { from: 'right', to: ['left'], behind: sides, notAfter: /\b(all|is|are|was|just)$/ },
  { from: 'above', to: ['below', 'beneath'], head: 'any' },
  { from: 'below', to: ['above'], head: 'any' },
  { from: 'beneath', to: ['above', 'on top of'], head: 'any' },
  { from: 'underneath', to: ['on top of', 'above'], head: 'any' },
  { from: 'under', to: ['above', 'on top of'], head: 'any', behind: /^(?!construction|the sun|way|control)/ },
  { from: 'over', to: ['under', 'below'], head: 'any', notAfter: verbsWithOver },
  { from: 'behind', to: ['in front of'], head: 'any', notAfter: /\b(from|left)$/ },
  { from: 'inside', to: ['outside'], head: 'any' },
  { from: 'outside', to: ['inside'], head: 'any' },
  { from: 'beside', to: ['far away from'], head: 'any' },
  { from: 'near', to: ['far away from'], head: 'any', notAfter: /\b(and|a|the)$/ },
  { from: 'upstairs', to: ['downstairs'] },
  { from: 'downstairs', to: ['upstairs'] },
  { from: 'on', to: ['under', 'underneath', 'next to'], head: surface, notAfter: verbsWithOn },
  { from: 'in', to: ['outside'], head: room },
  { from: 'in', to: ['outside', 'behind', 'next to'], head: container },
];

export const position: Rule<Caption> = (caption) => {
  const words = caption.tokens.map((token) => token.lower);
  const said = ` ${words.join(' ')} `;
  const taken = new Set<number>();
  const changes: Change[] = [];
  for (const relation of relations) {
    const parts = relation.from.split(' ');
    for (let i = 0; i + parts.length <= words.length; i++) {
      const last = i + parts.length - 1;
      if (taken.has(i) || !parts.every((part, k) => words[i + k] === part) || !fits(caption, words, i, last, relation))
        continue;
      for (let k = i; k <= last; k++) taken.add(k);
      for (const to of relation.to) {
        if (said.includes(` ${to} `)) continue;
        changes.push({ from: relation.from, to, edits: [replaceSpan(caption.tokens, i, last, to)] });
      }
    }
  }
  return changes;
};

function fits(caption: Caption, words: readonly string[], first: number, last: number, relation: Relation): boolean {
  if (relation.from === 'left' && caption.tokens[first]!.tag === 'VERB') return false;
  if (relation.behind && !relation.behind.test(words.slice(last + 1).join(' '))) return false;
  if (relation.notAfter?.test(words.slice(0, first).join(' '))) return false;
  if (!relation.head) return true;
  const phrase = caption.phrases.find((each) => each.start === last + 1);
  return phrase !== undefined && (relation.head === 'any' || relation.head.test(words[phrase.head]!));
}
