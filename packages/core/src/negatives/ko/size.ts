import type { Rule } from '../rule.ts';
import type { KoreanCaption } from './caption.ts';
import { describeOtherwise } from './describe.ts';

/** `큰 나무` → `작은 나무`. */
export const size: Rule<KoreanCaption> = describeOtherwise('size');
