import type { Rule } from '../rule.ts';
import type { Caption } from './caption.ts';
import { exchangeThings } from './exchange.ts';

// Between the two things stands a relation that has a direction, and nothing else.
const directed =
  /^(?:(?:is|are|that is|that are|who is|which is) )?(?:(?:sitting|standing|lying|laying|resting|parked|placed|hanging|jumping|walking|flying|perched|sleeping|mounted|seated|stacked|leaning|floating|running|is|sits|stands|lies|rests|walks|hangs|leans|sit|stand|lie|lean) )?(?:up |down |out )?(?:on top of|on|in|inside|inside of|under|underneath|beneath|above|below|over|behind|in front of|to the left of|to the right of|on the left of|on the right of|left of|right of|against|full of|filled with|covered in|covered with|topped with|containing|covering|surrounded by)$/;

/** `a tree is in a shopping cart` → `a shopping cart is in a tree`. */
export const swapObject: Rule<Caption> = (caption) => exchangeThings(caption, (between) => directed.test(between));
