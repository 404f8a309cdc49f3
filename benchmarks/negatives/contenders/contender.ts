import type { NegativeText } from '@anagram/core';

/** Who writes negatives of captions: one file of this folder each. */
export interface Contender {
  readonly name: string;
  /** Candidates of one caption, several of a category where there are. */
  write(caption: string): Promise<readonly NegativeText[]>;
}
