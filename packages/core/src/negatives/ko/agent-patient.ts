import type { Rule } from '../rule.ts';
import type { KoreanCaption } from './caption.ts';
import { exchangePhrases, phrasesOf } from './noun-phrase.ts';

/** `고양이가 개를 쫓는다` → `개가 고양이를 쫓는다`: who does it to whom. */
export const agentPatient: Rule<KoreanCaption> = (caption) => {
  const phrases = phrasesOf(caption);
  const agents = phrases.filter(({ word }) => /^(subject|topic)$/.test(word.particle!.role));
  const patients = phrases.filter(
    ({ word }) =>
      (word.particle!.role === 'object' && !/^(춤|노래|잠|일|공부|운동|수영|낮잠|이야기|말)$/.test(word.noun!)) ||
      word.particle!.vowel === '에게',
  );
  return agents.flatMap((agent) =>
    patients.flatMap((patient) => {
      // `재킷을 입은 남자가`: what stands before the one who acts belongs to a clause of its own.
      // `축구를 하고` is one verb.
      if (patient.head < agent.head || /^[하한합해했]/.test(caption.words[patient.head + 1]?.text ?? '')) return [];
      const change = exchangePhrases(caption, agent, patient);
      return change ? [change] : [];
    }),
  );
};
