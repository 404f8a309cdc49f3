import { describe, expect, it } from 'vitest';
import { explain } from './exit-code.ts';

describe('explain', () => {
  it('prints the chain of causes', () => {
    const error = new Error('Shard could not be written.', { cause: new Error('ENOSPC') });
    expect(explain(error, new AbortController().signal)).toEqual({
      code: 1,
      text: '✖ Shard could not be written.\n  Caused by: ENOSPC',
    });
  });

  it('tells an interruption from a failure', () => {
    expect(explain(new Error('x'), AbortSignal.abort()).code).toBe(130);
  });
});
