import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type NegativeCategory, negativeCategories } from '../../pair.ts';
import { languageOf } from '../language.ts';
import { negativesByRules } from '../rules.ts';
import { rejection } from '../screen.ts';

const captions = readFileSync(new URL('../fixtures/captions-ko.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');

/** Every text that some seed gives. */
function allOf(category: NegativeCategory, text: string): string[] {
  return negativesByRules(text, [category], { seed: 0, language: 'ko', count: 60 })
    .map((negative) => negative.text)
    .sort();
}

describe('Korean rules', () => {
  test.each<[NegativeCategory, string, readonly string[]]>([
    ['quantity', '개 두 마리', ['개 네 마리', '개 다섯 마리', '개 세 마리', '개 한 마리']],
    ['quantity', '고양이가 잔다.', ['고양이 네 마리가 잔다.', '고양이 두 마리가 잔다.', '고양이 세 마리가 잔다.']],
    ['quantity', '책을 읽는다', ['책 네 권을 읽는다', '책 두 권을 읽는다', '책 세 권을 읽는다']],
    ['position', '탁자 위에 있다', ['탁자 밑에 있다', '탁자 아래에 있다']],
    ['position', '집 앞으로 간다', ['집 뒤로 간다']],
    ['position', '나무 옆에 있다', ['나무에서 멀리 떨어져 있다']],
    ['position', '나무 왼쪽에 있다', ['나무 오른쪽에 있다']],
    ['verb', '개가 앉아 있다', ['개가 누워 있다', '개가 서 있다']],
    ['verb', '개가 달리고 있다', ['개가 앉아 있다', '개가 자고 있다']],
    ['verb', '달리는 말', ['앉은 말', '자는 말']],
    ['verb', '새가 걸어요', ['새가 앉아요', '새가 자요']],
    ['verb', '아이가 웃었습니다', ['아이가 울었습니다']],
    ['negation', '나무가 있다', ['나무가 없다']],
    ['negation', '나무가 없다', ['나무가 있다']],
    ['negation', '물을 마시고 있다', ['물을 마시고 있지 않다']],
    ['negation', '앉아 있지 않다', ['앉아 있다']],
    ['negation', '이것은 책입니다', ['이것은 책이 아닙니다']],
    ['negation', '이것은 사과입니다', ['이것은 사과가 아닙니다']],
    ['negation', '버스를 기다린다', ['버스를 기다리지 않는다']],
    ['negation', '노란 꽃', ['노란 꽃이 없다']],
    ['negation', '공을 던진다', ['공을 던지지 않는다']],
    ['object', '소년이 웃는다', ['소녀가 웃는다']],
    ['object', '왕은 웃는다', ['여왕은 웃는다']],
    ['object', '여왕과 함께', ['왕과 함께']],
    ['object', '왕자로 보인다', ['공주로 보인다']],
    ['size', '큰 나무', ['작은 나무']],
    ['attribute', '열린 문', ['닫힌 문']],
    ['swap-object', '나무가 쇼핑 카트에 있다.', ['쇼핑 카트가 나무에 있다.']],
    ['swap-object', '새가 높은 탑 위에 있다', ['높은 탑이 새 위에 있다']],
    ['swap-attribute', '빨간 고양이와 파란 개', ['파란 고양이와 빨간 개']],
    ['agent-patient', '고양이가 쥐를 쫓는다', ['쥐가 고양이를 쫓는다']],
    ['agent-patient', '강아지가 곰을 본다', ['곰이 강아지를 본다']],
  ])('%s: "%s"', (category, text, expected) => {
    expect(allOf(category, text)).toEqual([...expected].sort());
  });

  test.each<[NegativeCategory, string]>([
    ['object', '고양이가 없다'],
    ['object', '세 개'],
    ['position', '먹은 뒤에 잔다'],
    ['swap-object', '고양이와 개'],
    ['agent-patient', '재킷을 입은 남자'],
    ['agent-patient', '아이가 축구를 한다'],
    ['colour', '나무가 있다'],
    ['quantity', '모든 개가 잔다'],
    ['attribute', '어린 소녀'],
  ])('gives nothing for %s where no change would be sure: "%s"', (category, text) => {
    expect(allOf(category, text)).toEqual([]);
  });

  test('reads decomposed Hangul and writes composed', () => {
    expect(allOf('size', '큰 나무'.normalize('NFD'))).toEqual(['작은 나무']);
  });

  test('covers captions in every category, and each negative passes the screen', () => {
    const counts = new Map<NegativeCategory, number>();
    for (const text of captions) {
      for (const negative of negativesByRules(text, negativeCategories, { seed: 0, language: 'ko' })) {
        expect(rejection(text, negative)).toBeNull();
        expect(negative.text.endsWith('.')).toBe(text.endsWith('.'));
        counts.set(negative.category, (counts.get(negative.category) ?? 0) + 1);
      }
    }
    expect([...counts.keys()].sort()).toEqual([...negativeCategories].sort());
    expect(counts.get('negation')).toBeGreaterThan(0.9 * captions.length);
    expect(counts.get('quantity')).toBeGreaterThan(0.75 * captions.length);
  });
});

test.each([
  ['고양이가 있다', 'ko'],
  ['A cat', 'en'],
  ['KTX 기차', 'ko'],
  ['The word 개 means dog', 'en'],
  ['', 'en'],
])('the language of "%s" is %s', (text, language) => {
  expect(languageOf(text)).toBe(language);
});
