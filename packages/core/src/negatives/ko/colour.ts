import type { Rule } from '../rule.ts';
import type { KoreanCaption } from './caption.ts';
import { describeOtherwise } from './describe.ts';

/** `빨간 자동차` → `파란 자동차`. */
export const colour: Rule<KoreanCaption> = describeOtherwise('colour');
