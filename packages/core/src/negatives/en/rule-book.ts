import type { RuleBook } from '../rule.ts';
import { agentPatient } from './agent-patient.ts';
import { attribute } from './attribute.ts';
import { type Caption, readCaption } from './caption.ts';
import { colour } from './colour.ts';
import { denial, negation } from './negation.ts';
import { object } from './object.ts';
import { position } from './position.ts';
import { quantity } from './quantity.ts';
import { size } from './size.ts';
import { swapAttribute } from './swap-attribute.ts';
import { swapObject } from './swap-object.ts';
import { verb } from './verb.ts';

/** English. */
export const english: RuleBook<Caption> = {
  read: readCaption,
  rules: {
    ...{ colour, quantity, position, size, verb, negation, object, attribute },
    ...{ 'swap-object': swapObject, 'swap-attribute': swapAttribute, 'agent-patient': agentPatient },
  },
  asserts({ tokens }, { edits }) {
    const denied = tokens.find((token) => denial.test(token.lower))?.start ?? Number.POSITIVE_INFINITY;
    return edits.every((edit) => edit.start < denied);
  },
};
