import { conjugate, type Ending, endings } from './conjugate.ts';
import { verbs } from './verb-table.ts';

export interface VerbForm {
  readonly stem: string;
  readonly ending: Ending;
}

// Forms that are other words more often (신은 god, 피는 blood, 달린 attached); those of one syllable all are (문 door, 산 mountain).
const otherWords = new Set('달린 신은 안은 안고 안지 피는 물은 열은 입은 물지 안는 나는'.split(' '));

const forms = new Map<string, VerbForm>();
for (const [stem, { irregular }] of Object.entries(verbs)) {
  for (const ending of Object.keys(endings) as Ending[]) {
    const form = conjugate(stem, ending, irregular);
    if (form.length > 1 && !otherWords.has(form) && !forms.has(form)) forms.set(form, { stem, ending });
  }
}
forms.set('서', { stem: '서', ending: 'infinitive' });

/** The verb of the table and the ending that a word is. */
export const readVerb = (word: string): VerbForm | undefined => forms.get(word);

export const writeVerb = (stem: string, ending: Ending): string => conjugate(stem, ending, verbs[stem]?.irregular);
