import { type Colour, colourNames } from '../colours.ts';
import { type Material, materials } from '../materials.ts';
import type { Claim, Phrase, Place, Relation, Turn } from '../scene.ts';
import { type SolidName, solidNames } from '../solids.ts';

const numbers = ['zero', 'one', 'two', 'three', 'four', 'five'];

/** Reads a caption by its words alone, as a second opinion on what the generator claims it says. */
export function readClaim(text: string): Claim {
  const said = text
    .replace(/^(there is |there are |a picture of |exactly |looking at )/, '')
    .replaceAll(' and there is ', ' and ');
  const count = /^(one|two|three|four|five) (.+)$/.exec(said);
  if (count) return { kind: 'count', of: readPhrase(count[2]!), count: numbers.indexOf(count[1]!) };
  const related = /^(.+?) (?:is )?(?:to the )?(left of|right of|above|over|below|under) (.+)$/.exec(said);
  if (related && !/ from$/.test(related[1]!)) {
    const relation = related[2]!.replace('over', 'above').replace('under', 'below') as Relation;
    return { kind: 'relation', subject: readPhrase(related[1]!), relation, object: readPhrase(related[3]!) };
  }
  const compared = /^(.+?) (?:that )?(?:is )?(bigger|larger|smaller) than (.+)$/.exec(said);
  if (compared) {
    const [a, b] = [readPhrase(compared[1]!), readPhrase(compared[3]!)];
    return compared[2] === 'smaller'
      ? { kind: 'bigger', bigger: b, smaller: a }
      : { kind: 'bigger', bigger: a, smaller: b };
  }
  const view = /^(.+?) (?:seen )?from (?:the )?(above|side|below)$/.exec(said);
  if (view) return { kind: 'seen', what: readPhrase(view[1]!), view: view[2] as 'side' };
  const pointing = /^(.+?) (?:is )?pointing (?:to the )?(up|down|left|right)$/.exec(said);
  if (pointing) return { kind: 'turned', what: readPhrase(pointing[1]!), turns: [pointing[2] as Turn] };
  const posed = /^(.+?) (?:is )?(standing upright|lying on its side)$/.exec(said);
  if (posed) {
    const turns: Turn[] = posed[2] === 'standing upright' ? ['up', 'down'] : ['left', 'right'];
    return { kind: 'turned', what: readPhrase(posed[1]!), turns };
  }
  const placed = /^(.+?) (?:is )?(?:at|on|in) the ((?:top|bottom)? ?(?:left|right)|top|bottom|centre)$/.exec(said);
  if (placed) return { kind: 'at', what: readPhrase(placed[1]!), place: placed[2] as Place };
  const two = /^(.+?) (and no|but no|and|without|with|next to) (.+)$/.exec(said)!;
  const [a, b] = [readPhrase(two[1]!), readPhrase(two[3]!)];
  return / no$|without/.test(two[2]!)
    ? { kind: 'existence', present: [a], absent: [b] }
    : { kind: 'existence', present: [a, b], absent: [] };
}

function readPhrase(words: string): Phrase {
  const all = words.replace(/^an? |^no /, '').split(' ');
  const noun = all.pop()!;
  const solid = solidNames.find((name) => name === noun || `${name}s` === noun);
  const colour = all.find((word) => (colourNames as readonly string[]).includes(word)) as Colour | undefined;
  const material = all.find((word) => (materials as readonly string[]).includes(word)) as Material | undefined;
  const known = [colour, material].filter((word) => word !== undefined).length;
  if (!solid || known !== all.length) throw new Error(`"${words}" names nothing that is known.`);
  return { solid: solid as SolidName, ...(colour && { colour }), ...(material && { material }) };
}
