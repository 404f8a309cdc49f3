import type { RuleBook } from '../rule.ts';
import { agentPatient } from './agent-patient.ts';
import { attribute } from './attribute.ts';
import { type KoreanCaption, readKorean } from './caption.ts';
import { colour } from './colour.ts';
import { denial, negation } from './negation.ts';
import { object } from './object.ts';
import { position } from './position.ts';
import { quantity } from './quantity.ts';
import { size } from './size.ts';
import { swapAttribute } from './swap-attribute.ts';
import { swapObject } from './swap-object.ts';
import { verb } from './verb.ts';

/** Korean. Roles stand in particles, so things are exchanged under their particles, which take the form that fits. */
export const korean: RuleBook<KoreanCaption> = {
  read: readKorean,
  rules: {
    ...{ colour, quantity, position, size, verb, negation, object, attribute },
    ...{ 'swap-object': swapObject, 'swap-attribute': swapAttribute, 'agent-patient': agentPatient },
  },
  // A Korean clause is denied at its end, and with it everything before.
  asserts: ({ words }) => !words.some((word) => denial.test(word.text)),
};
