import { AnagramError } from '@anagram/core';
import { describe, expect, it } from 'vitest';
import { explain } from './exit-code.ts';

const { signal } = new AbortController();

describe('explain', () => {
  it('prints the chain of causes', () => {
    const error = new Error('Shard could not be written.', { cause: new Error('ENOSPC') });
    expect(explain(error, signal)).toEqual({
      code: 1,
      text: '✖ Shard could not be written.\n  Caused by: ENOSPC',
      report: { error: { code: 'unknown', message: 'Shard could not be written.', where: null } },
    });
  });

  it('tells an interruption from a failure', () => {
    const { code, report } = explain(new Error('x'), AbortSignal.abort());
    expect(code).toBe(130);
    expect(report.error.code).toBe('interrupted');
  });

  it('reports code, sentence and place, and has code 2 for wrong usage alone', () => {
    const usage = explain(new AnagramError('invalid-options', 'No.', { where: '--steps' }), signal);
    expect(usage.code).toBe(2);
    expect(usage.report).toEqual({ error: { code: 'invalid-options', message: 'No.', where: '--steps' } });
    const broken = explain(new AnagramError('shard-corrupt', 'No.', { path: 'a.tar' }), signal);
    expect([broken.code, broken.report.error.where]).toEqual([1, 'a.tar']);
    const data = explain(new AnagramError('not-enough-data', 'No.', { needed: 2, found: 1 }), signal);
    expect(data.report.error.where).toBeNull();
  });
});
