import type { Rule } from '../rule.ts';
import type { KoreanCaption } from './caption.ts';
import { describeOtherwise } from './describe.ts';

/** `젊은 남자` → `늙은 남자`. */
export const attribute: Rule<KoreanCaption> = describeOtherwise('attribute');
