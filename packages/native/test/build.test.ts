import { expect, test } from 'vitest';
import { upToDate } from '../lib/build.ts';
import { readBuildRecord } from '../lib/built.ts';

test('a build of unchanged sources is known to be up to date, without a compiler or a libtorch looked for', async () => {
  const record = readBuildRecord();
  expect(record?.key).toMatch(/^[0-9a-f]{64}$/);
  expect(await upToDate({})).toEqual(record);
});

test('another ANAGRAM_LIBTORCH asks for another build', async () => {
  expect(await upToDate({ ANAGRAM_LIBTORCH: '/elsewhere' })).toBeUndefined();
});
