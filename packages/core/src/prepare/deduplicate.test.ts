import { describe, expect, test } from 'vitest';
import { hammingDistance } from '../image/hash.ts';
import { Random } from '../random.ts';
import { deduplicate, type RecordIdentity } from './deduplicate.ts';

function record(id: string, text: string | null, picture: string | null, hash: string | null = null): RecordIdentity {
  return { id, text, bytesHash: picture && `b${picture}`, pixelHash: picture && `p${picture}`, perceptualHash: hash };
}

describe('deduplicate', () => {
  test('the same picture with the same text is a duplicate of the first', () => {
    const found = deduplicate([
      record('a', 'a red cat', '1'),
      record('b', ' A red  cat', '1'),
      record('c', 'a dog', '2'),
    ]);
    expect([...found]).toEqual([['b', { duplicateOf: 'a', kind: 'bytes', distance: 0 }]]);
  });

  test('the same picture with another text stays, for one of the two may be wrong', () => {
    expect(deduplicate([record('a', 'a cat', '1'), record('b', 'a dog', '1')]).size).toBe(0);
  });

  test('a re-encoded picture is told by its pixels', () => {
    const again = { ...record('b', 'a cat', '1'), bytesHash: 'other' };
    expect(deduplicate([record('a', 'a cat', '1'), again]).get('b')).toEqual({
      duplicateOf: 'a',
      kind: 'pixels',
      distance: 0,
    });
  });

  test('a lone picture is a duplicate of the pair that has it, before it or after it', () => {
    const found = deduplicate([record('a', null, '1'), record('b', 'a cat', '1'), record('c', null, '1')]);
    expect([...found.keys()].sort()).toEqual(['a', 'c']);
    expect(found.get('a')?.duplicateOf).toBe('b');
  });

  test('lone texts are duplicates of each other, but not of a pair that may be wrong', () => {
    const found = deduplicate([record('a', 'a cat', '1'), record('b', 'a cat', null), record('c', 'A cat', null)]);
    expect([...found]).toEqual([['c', { duplicateOf: 'b', kind: 'text', distance: 0 }]]);
  });

  test('near pictures need equal texts, and at most three differing bits', () => {
    const base = '00000000ffffffff';
    const records = [
      record('a', 'a cat', '1', base),
      record('b', 'a cat', '2', '00000007ffffffff'),
      record('c', 'a cat', '3', '00000f00ffffffff'),
      record('d', 'a dog', '4', base),
    ];
    expect([...deduplicate(records)]).toEqual([['b', { duplicateOf: 'a', kind: 'near', distance: 3 }]]);
    expect(deduplicate(records, { near: 2 }).size).toBe(0);
    expect(deduplicate(records, { near: false }).size).toBe(0);
  });

  test('a copy of a near duplicate points at the record that stays', () => {
    const found = deduplicate([
      record('a', 'a cat', '1', '0000000000000000'),
      record('b', 'a cat', '2', '0000000000000001'),
      record('c', 'a cat', '2', '0000000000000001'),
      record('d', null, '2', '0000000000000001'),
    ]);
    const evidence = { duplicateOf: 'a', kind: 'near', distance: 1 };
    expect([...found]).toEqual([
      ['b', evidence],
      ['c', evidence],
      ['d', evidence],
    ]);
  });

  test('records without anything to compare stay', () => {
    expect(deduplicate([record('a', null, null), record('b', null, null)]).size).toBe(0);
  });

  test('near pictures are found as by comparing all with all', () => {
    const random = new Random('near', 1);
    const hashes: string[] = [];
    for (let i = 0; i < 60; i++) {
      let bits = BigInt(random.uint32()) * 2n ** 32n + BigInt(random.uint32());
      for (let copy = 0; copy < 6; copy++) {
        hashes.push(bits.toString(16).padStart(16, '0'));
        for (let flips = random.below(3); flips >= 0; flips--) bits ^= 1n << BigInt(random.below(64));
      }
    }
    const records = hashes.map((hash, index) => record(String(index), 'same', String(index), hash));
    const kept: RecordIdentity[] = [];
    const expected = new Map<string, number>();
    for (const candidate of records) {
      const nearest = Math.min(...kept.map((k) => hammingDistance(k.perceptualHash!, candidate.perceptualHash!)));
      if (nearest <= 3) expected.set(candidate.id, nearest);
      else kept.push(candidate);
    }
    const found = deduplicate(records);
    expect(new Map([...found].map(([id, { distance }]) => [id, distance]))).toEqual(expected);
    expect(expected.size).toBeGreaterThan(50);
    for (const { duplicateOf } of found.values()) expect(found.has(duplicateOf)).toBe(false);
  });
});
