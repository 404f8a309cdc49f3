import { type Change, type Rule, replaceSpan, type Token } from '../rule.ts';
import type { Caption } from './caption.ts';
import { formsOf, type VerbForm } from './inflect.ts';
import { type Activity, activities, commonActivities } from './verb-table.ts';

export const verb: Rule<Caption> = (caption) => caption.tokens.flatMap((_, i) => changesAt(caption, i));

function changesAt(caption: Caption, i: number): readonly Change[] {
  const { tokens } = caption;
  const { lower } = tokens[i]!;
  const read = readVerb(lower);
  if (!isActivity(caption, i, read?.form)) return [];
  const alive = isAlive(caption, i);
  const entry = read && activities[read.verb]!;
  // `a man near a bike leaning …`: who leans is not certain, and what is false depends on it.
  if (alive === null && (!entry || entry.things)) return [];
  const said = entry && (alive === false ? (entry.things ?? {}) : entry);
  const { verbs, last } = said ? alternatives(tokens, i, said) : { verbs: alive ? others(tokens, i) : [], last: i };
  const from = tokens
    .slice(i, last + 1)
    .map((token) => token.lower)
    .join(' ');
  return verbs.map((verb) => {
    const to = formsOf(verb)[read?.form === 'parked' ? 'ing' : ((read?.form ?? 'ing') as VerbForm)];
    return { from, to, edits: [replaceSpan(tokens, i, last, to)] };
  });
}

interface ReadVerb {
  readonly verb: string;
  /** `parked` is a state, whose opposites are activities in -ing. */
  readonly form: VerbForm | 'parked';
}
const forms = new Map<string, ReadVerb>();

/** The verb and form that a word is, for verbs that have an entry. */
function readVerb(word: string): ReadVerb | undefined {
  if (forms.size === 0) {
    for (const verb of Object.keys(activities)) {
      for (const form of ['past', 'base', 's', 'ing'] as const) forms.set(formsOf(verb)[form], { verb, form });
    }
    forms.set('lay', { verb: 'lay', form: 'base' });
    forms.set('parked', { verb: 'park', form: 'parked' });
  }
  return forms.get(word);
}

const leads = /^(to|of|for|the|a|an|by|from|-|no|not|n't|without|gets?|getting|about|before|after|his|her|their|its)$/;
const strongPast = /^(sat|stood|ran|rode|held|flew|ate|threw|swam|wore|drove|slept|swung)$/;

/** Words that say what somebody does: no nouns (`the park`), no parts of names (`parking lot`), no purposes, no passives. */
function isActivity({ tokens, phrases }: Caption, i: number, form: ReadVerb['form'] | undefined): boolean {
  const { tag, lower } = tokens[i]!;
  const before = tokens[i - 1];
  if (phrases.some((phrase) => phrase.start <= i && i < phrase.head) || leads.test(before?.lower ?? '')) return false;
  if (tokens[i + 1]?.lower === '-') return false;
  if (form === 'parked') return before?.tag === 'NOUN' || /^(is|are)$/.test(before?.lower ?? '');
  if (tag !== 'VERB')
    return (form === 'ing' || form === undefined) && tag === 'NOUN' && /^(is|are)$/.test(before?.lower ?? '');
  if (form === 'past') return /^(NOUN|PROPN)$/.test(before?.tag ?? '') && strongPast.test(lower);
  if (form === 'base')
    return phrases.some((phrase) => phrase.end <= i && (phrase.plural || tokens[i - 1]?.lower === 'and'));
  return true;
}

const beings =
  /^(m[ae]n|wom[ae]n|boys?|girls?|person|people|child|children|kids?|lady|ladies|guys?|players?|bab(y|ies)|toddlers?|cats?|dogs?|horses?|cows?|cattle|sheep|lambs?|goats?|elephants?|giraffes?|zebras?|birds?|seagulls?|pigeons?|ducks?|parrots?|bears?|polar|couple|skiers?|surfers?|pupp(y|ies)|kittens?|monkeys?|skateboarders?|snowboarders?|crowd|family|families|chefs?|friends?|students?|animals?|adults?|males?|females?|team|group|herd|umpire|batter|catcher|pitcher|someone|riders?|bikers?|cyclists?|officers?|policem[ae]n|police|soldiers?|workers?|m[ou]ther|father|son|daughter|bride|groom|teens?|teenagers?|youth|individuals?|passengers?|tourists?|bull|pony|lion|tiger|rabbit|pig|owl|penguin|swan|deer|santa|clown|cowboys?|farmer|doctor|nurse|he|she|they)$/;

/** Whether the subject is alive; null where a living thing and another could both be the subject. */
function isAlive({ tokens, phrases }: Caption, i: number): boolean | null {
  const subjects = phrases.filter((phrase) => phrase.end <= i && tokens[phrase.end]?.lower !== 'of');
  const alive = subjects.map(
    (phrase) => beings.test(tokens[phrase.head]!.lower) && tokens[phrase.head - 1]?.lower !== 'teddy',
  );
  const nearest = subjects.at(-1);
  if (!nearest) return phrases.some((phrase) => phrase.end <= i && beings.test(tokens[phrase.head]!.lower));
  if (alive.at(-1)) return true;
  if (!alive.includes(true) || !/^(ADP|SCONJ|VERB)$/.test(tokens[nearest.start - 1]?.tag ?? '')) return false;
  return nearest.end === i ? null : (alive[0] ?? null);
}

const grounds =
  /^(fields?|grass|ground|floor|beach|street|road|snow|sand|dirt|sidewalk|runway|tarmac|lawn|court|ice|grounds)$/;

/** What the entry offers for what stands behind the verb, and the last word that it replaces. */
function alternatives(
  tokens: readonly Token[],
  i: number,
  activity: Activity,
): { verbs: readonly string[]; last: number } {
  const next = tokens[i + 1];
  const special = activity.before?.[next?.lower ?? ''];
  const onTopOf = next?.lower === 'on' && tokens[i + 2]?.lower === 'top' && tokens[i + 3]?.lower === 'of';
  if (special) {
    // Nothing falls off a field.
    const ground = tokens.slice(i + 2).some(({ lower }) => grounds.test(lower));
    return { verbs: special.filter((verb) => !(ground && verb.startsWith('fall'))), last: onTopOf ? i + 3 : i + 1 };
  }
  const object =
    next !== undefined &&
    /^(DET|NOUN|ADJ|NUM|PROPN|PRON)$/.test(next.tag) &&
    !/^(next|close|together|alone|there|upright|still|that)$/.test(next.lower);
  return { verbs: (object ? activity.object : activity.alone) ?? [], last: i };
}

const noActivity =
  /^(being|going|having|doing|getting|showing|coming|starting|trying|during|containing|including|surrounding|hanging|facing|featuring|consisting|overlooking|covering|missing|matching)$/;

/** For `-ing` verbs without an entry, with nothing behind that only fits them. */
function others(tokens: readonly Token[], i: number): readonly string[] {
  const [word, next] = [tokens[i]!.lower, tokens[i + 1]?.lower];
  if (!/[a-z]{2}ing$/.test(word) || noActivity.test(word)) return [];
  if (next !== undefined && !/^(in|on|near|next|outside|together|beside|under|behind|[.,]|and)$/.test(next)) return [];
  return commonActivities.filter((verb) => formsOf(verb).ing !== word);
}
