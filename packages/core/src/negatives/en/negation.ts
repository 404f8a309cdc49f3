import {
  type Change,
  inCaseOf,
  insertBefore,
  type Rule,
  remove,
  replace,
  replaceSpan,
  startsWithVowelSound,
  type Token,
} from '../rule.ts';
import { type Caption, isPlural } from './caption.ts';
import { formsOf, pluralVerbOf } from './inflect.ts';

/** Words that deny what comes behind them. */
export const denial = /^(no|not|n't|without|never|nobody|nothing|none|neither|nor|isn't|aren't|doesn't|don't|cannot)$/;

export const negation: Rule<Caption> = (caption) => {
  if (caption.tokens.some((token) => denial.test(token.lower))) return affirm(caption);
  return [...denyExistence(caption), ...denyVerb(caption), ...denyCompany(caption), ...denyPhrase(caption)];
};

/** Takes a negation away. */
function affirm({ tokens, phrases }: Caption): Change[] {
  return tokens.flatMap((token, i): Change[] => {
    const [before, next] = [tokens[i - 1], tokens[i + 1]];
    const change = (to: string, ...edits: Change['edits']): Change[] => [{ from: token.lower, to, edits }];
    if (token.lower === 'without' && next) {
      if (/^(any|a|an|the|his|her|its|their)$/.test(next.lower)) {
        return change('with', replace(token, 'with'), ...(next.lower === 'any' ? [replace(next, 'some')] : []));
      }
      const phrase = phrases.find((each) => each.start === i + 1);
      return phrase?.plural ? change('with', replace(token, 'with')) : [];
    }
    if (/^(not|n't)$/.test(token.lower)) {
      // `does not ride` → `rides`.
      if (/^(does|do)$/.test(before?.lower ?? '') && next) {
        const verb = before!.lower === 'does' ? formsOf(next.lower).s : next.lower;
        return change(verb, { start: before!.start, end: next.end, text: inCaseOf(before!.text, verb) });
      }
      if (!before || !/^(is|are|was|were)$/.test(before.lower))
        return next?.tag === 'VERB' && token.lower === 'not' ? change('', remove(tokens, i, i)) : [];
      return change('', { start: before.end, end: token.end, text: '' });
    }
    if (token.lower === 'no' && next) {
      const phrase = phrases.find((each) => each.start === i);
      if (!phrase || /^(parking|smoking|one|longer|entry)$/.test(next.lower)) return [];
      const some = phrase.plural ? 'some' : startsWithVowelSound(next.lower) ? 'an' : 'a';
      // `a cat but no dog` → `a cat and a dog`.
      if (before?.lower === 'but') {
        return [{ from: 'but no', to: `and ${some}`, edits: [replaceSpan(tokens, i - 1, i, `and ${some}`)] }];
      }
      return change(some, replace(token, some));
    }
    return [];
  });
}

/** `there is a dog` → `there is no dog`. */
function denyExistence({ tokens, phrases }: Caption): Change[] {
  return tokens.flatMap((token, i): Change[] => {
    const verb = tokens[i + 1];
    const phrase = phrases.find((each) => each.start === i + 2);
    if (
      token.lower !== 'there' ||
      !/^(is|are)$/.test(verb?.lower ?? '') ||
      !phrase ||
      tokens[phrase.end]?.lower === 'and'
    )
      return [];
    const lead = tokens[phrase.start]!;
    const article = /^(a|an|some|several|many|two|three|four|five|six)$/.test(lead.lower);
    if (tokens[phrase.start + 1]?.lower === '-') return [];
    if (/^(the|this|one|lots?|no)$/.test(lead.lower) || /^(lot|bunch|number)$/.test(tokens[phrase.head]!.lower))
      return [];
    const edit = article && phrase.start < phrase.head ? replace(lead, 'no') : insertBefore(lead, 'no');
    return [{ from: article ? lead.lower : '', to: 'no', edits: [edit], weight: 3 }];
  });
}

/** `is riding` → `is not riding`, `rides` → `does not ride`. Only the first verb of a caption, which is what it asserts. */
function denyVerb({ tokens, phrases }: Caption): Change[] {
  const first = phrases[0];
  if (!first) return [];
  for (let i = first.end; i < tokens.length; i++) {
    const { lower, tag } = tokens[i]!;
    const next = tokens[i + 1];
    if (/^(that|who|which|while|as|when|where|if|there|and|,)$/.test(lower)) return [];
    if (/^(is|are|was|were)$/.test(lower) && next) {
      if (tokens[i - 1]?.lower === 'there') return [];
      return [
        {
          from: lower,
          to: `${lower} not`,
          edits: [{ start: tokens[i]!.end, end: tokens[i]!.end, text: inCaseOf(tokens[i]!.text, ' not') }],
          weight: 3,
        },
      ];
    }
    if (tag !== 'VERB' || /(ing|ed)$/.test(lower)) continue;
    // `next to plants`, and `lunges and reaches`, of which one alone would be denied.
    if (/^(ADP|DET|ADJ)$/.test(tokens[i - 1]!.tag) || tokens[i - 1]!.lower === 'to' || joinsAnother(tokens, i))
      return [];
    const base = pluralVerbOf(lower);
    if (base && lower !== 'has' && !first.plural) return [auxiliary(tokens[i]!, `does not ${base}`)];
    if (lower === 'has') return [auxiliary(tokens[i]!, 'does not have')];
    if (base === null && first.plural && tokens[i - 1]?.tag === 'NOUN')
      return [auxiliary(tokens[i]!, `do not ${lower}`)];
    return [];
  }
  return [];
}

function joinsAnother(tokens: readonly Token[], at: number): boolean {
  return tokens.some(
    ({ lower }, i) =>
      i > at && lower === 'and' && tokens[i + 1]?.tag === 'VERB' && !/(ing|ed)$/.test(tokens[i + 1]!.lower),
  );
}

function auxiliary(token: Token, to: string): Change {
  return { from: token.lower, to, edits: [replace(token, to)], weight: 3 };
}

// What `with` belongs to: `covered with snow`, `playing with a dog`, `along with`.
const takesWith = /^(VERB|ADV|ADP|AUX|SCONJ|ADJ)$/;

/** `with a hat` → `without a hat`. */
function denyCompany({ tokens, phrases }: Caption): Change[] {
  return tokens.flatMap((token, i): Change[] => {
    const phrase = phrases.find((each) => each.start === i + 1);
    if (token.lower !== 'with' || !phrase || i === 0 || takesWith.test(tokens[i - 1]!.tag)) return [];
    const lead = tokens[phrase.start]!;
    if (
      /^(and|,)$/.test(tokens[phrase.end]?.lower ?? '') ||
      /^(lots?|bunch|variety|view|background|food|mouth|hands?|arms?|head|face|eyes?|legs?|foot|feet|teeth|tongue)$/.test(
        tokens[phrase.head]!.lower,
      )
    )
      return [];
    if (phrase.end < tokens.length && /^(VERB|AUX)$/.test(tokens[phrase.end]!.tag)) return [];
    const vague =
      /^(some|several|many|two|three|four|five|six|multiple|various)$/.test(lead.lower) && phrase.start < phrase.head;
    if (!vague && !/^(a|an|the|his|her|its|their)$/.test(lead.lower) && !phrase.plural) return [];
    const to = vague ? 'without any' : 'without';
    return [
      {
        from: vague ? `with ${lead.lower}` : 'with',
        to,
        edits: [replaceSpan(tokens, i, vague ? phrase.start : i, to)],
        weight: 2,
      },
    ];
  });
}

/** `a dog on a couch` → `there is no dog on a couch`, for captions without a finite verb. */
function denyPhrase({ tokens, phrases }: Caption): Change[] {
  const first = phrases[0];
  if (first?.start !== 0 || tokens.some((_, i) => isFiniteVerb(tokens, i))) return [];
  // `four men ride horses`, where the verb was taken for a noun.
  if (tokens.slice(0, first.head).some(({ lower, tag }) => tag === 'NOUN' && isPlural(lower, null))) return [];
  // `a man and woman`, `one-hump camel`.
  if (/^(and|or|&)$/.test(tokens[first.end]?.lower ?? '') || tokens[1]?.lower === '-') return [];
  const lead = tokens[0]!;
  const article = /^(a|an|some|several|many|two|three|four|five|six|one)$/.test(lead.lower) && first.head > 0;
  if (!article && first.determiner !== null) return [];
  if (!article && !first.plural) return [];
  if (
    /^(number|couple|pair|bunch|group|lot|close|view|variety|row|picture|photo|photograph|image|shot|close-up|closeup)$/.test(
      tokens[first.head]!.lower,
    )
  )
    return [];
  // `no dog and a cat` denies the one and not the other.
  if (tokens.some((token, i) => token.lower === 'and' && /^(a|an|one)$/.test(tokens[i + 1]?.lower ?? ''))) return [];
  const be = first.plural ? 'are' : 'is';
  const to = inCaseOf(lead.text.length > 1 ? lead.text : lead.text + lead.text.toLowerCase(), `there ${be} no`);
  if (article)
    return [{ from: lead.lower, to: `there ${be} no`, edits: [{ start: lead.start, end: lead.end, text: to }] }];
  return [{ from: '', to: `there ${be} no`, edits: [insertBefore(lead, `there ${be} no`)] }];
}

function isFiniteVerb(tokens: readonly Token[], i: number): boolean {
  const token = tokens[i]!;
  if (token.tag === 'AUX') return true;
  if (token.tag !== 'VERB' || /(ing|ed|en)$/.test(token.lower)) return false;
  // `Four men ride horses`: a bare form behind a plural is its verb.
  const before = tokens[i - 1];
  return pluralVerbOf(token.lower) !== null || (before?.tag === 'NOUN' && isPlural(before.lower, null));
}
