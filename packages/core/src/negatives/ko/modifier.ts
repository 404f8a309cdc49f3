/** Words that describe the noun behind them, by kind; the rules of colour, size and attribute exchange them within a kind. */
export const modifiers: {
  readonly [kind in 'colour' | 'size' | 'attribute']: { readonly [word: string]: readonly string[] };
} = {
  colour: colours(),
  size: {
    큰: ['작은'],
    커다란: ['작은', '조그만'],
    거대한: ['작은', '조그만'],
    작은: ['큰', '커다란'],
    조그만: ['큰', '커다란'],
    조그마한: ['큰', '커다란'],
    긴: ['짧은'],
    짧은: ['긴'],
    높은: ['낮은'],
    낮은: ['높은'],
    넓은: ['좁은'],
    좁은: ['넓은'],
    두꺼운: ['얇은'],
    얇은: ['두꺼운'],
    굵은: ['가는'],
    깊은: ['얕은'],
    얕은: ['깊은'],
    뚱뚱한: ['날씬한'],
    날씬한: ['뚱뚱한'],
  },
  attribute: {
    젊은: ['늙은'],
    늙은: ['젊은'],
    어린: ['늙은'],
    새로운: ['낡은', '오래된'],
    낡은: ['새로운'],
    오래된: ['새로운'],
    옛날: ['현대'],
    더러운: ['깨끗한'],
    깨끗한: ['더러운'],
    젖은: ['마른'],
    마른: ['젖은'],
    열린: ['닫힌'],
    닫힌: ['열린'],
    빈: ['가득 찬'],
    밝은: ['어두운'],
    어두운: ['밝은'],
    뜨거운: ['차가운'],
    차가운: ['뜨거운'],
    따뜻한: ['차가운'],
    추운: ['더운'],
    더운: ['추운'],
    행복한: ['슬픈'],
    슬픈: ['행복한'],
    기쁜: ['슬픈'],
    화난: ['웃는'],
    웃는: ['우는', '화난'],
    우는: ['웃는'],
    둥근: ['네모난'],
    동그란: ['네모난'],
    네모난: ['둥근', '동그란'],
    화창한: ['흐린'],
    맑은: ['흐린'],
    흐린: ['맑은'],
    무거운: ['가벼운'],
    가벼운: ['무거운'],
    빠른: ['느린'],
    느린: ['빠른'],
    부드러운: ['딱딱한'],
    딱딱한: ['부드러운'],
    날카로운: ['무딘'],
    신선한: ['썩은'],
    썩은: ['신선한'],
    죽은: ['살아있는'],
    강한: ['약한'],
    약한: ['강한'],
    예쁜: ['못생긴'],
    아름다운: ['추한'],
    귀여운: ['무서운'],
    무서운: ['귀여운'],
    조용한: ['시끄러운'],
    시끄러운: ['조용한'],
    붐비는: ['한산한'],
    한산한: ['붐비는'],
    익은: ['덜익은'],
    화려한: ['수수한'],
    현대적인: ['전통적인'],
    전통적인: ['현대적인'],
    줄무늬: ['물방울무늬', '체크무늬'],
    체크무늬: ['줄무늬'],
    물방울무늬: ['줄무늬'],
    빛나는: ['녹슨'],
    녹슨: ['빛나는'],
  },
};

/** `빨간`, `빨간색`, `빨강` are one colour in three forms; a form is exchanged for the same form. */
function colours(): { readonly [word: string]: readonly string[] } {
  const before = ['빨간', '파란', '노란', '초록색', '하얀', '검은', '분홍색', '보라색', '갈색', '주황색', '회색'];
  const named = [
    '빨간색',
    '파란색',
    '노란색',
    '초록색',
    '하얀색',
    '검은색',
    '분홍색',
    '보라색',
    '갈색',
    '주황색',
    '회색',
  ];
  const alike: readonly (readonly string[])[] = [
    ['빨간', '빨간색', '붉은', '붉은색', '빨강', '빨강색', '분홍색', '분홍', '주황색', '주황', '갈색'],
    ['파란', '파란색', '푸른', '푸른색', '파랑', '파랑색', '하늘색', '남색', '보라색', '초록색'],
    ['노란', '노란색', '노랑', '노랑색', '주황색', '주황', '금색', '황금색'],
    ['초록색', '초록', '녹색', '푸른', '푸른색', '연두색', '파란', '파란색'],
    ['하얀', '하얀색', '흰', '흰색', '회색', '은색'],
    ['검은', '검은색', '검정', '검정색', '까만', '까만색', '회색', '남색'],
    ['분홍색', '분홍', '빨간', '빨간색', '보라색'],
    ['보라색', '보라', '파란', '파란색', '분홍색', '남색'],
    ['갈색', '빨간', '빨간색', '주황색', '황토색'],
    ['주황색', '주황', '빨간', '빨간색', '노란', '노란색', '갈색'],
    ['회색', '하얀', '하얀색', '검은', '검은색', '은색'],
  ];
  const near = (a: string, b: string) => alike.some((group) => group.includes(a) && group[0] === plainOf(b));
  const plainOf = (word: string) => (before.includes(word) ? word : (before[named.indexOf(word)] ?? word));
  const all = [...new Set(alike.flat())].filter((word) => !/^(빨강|파랑|노랑)$/.test(word));
  return Object.fromEntries(
    all.map((word) => [
      word,
      (/색$/.test(word) ? named : before).filter((other) => other !== word && !near(word, other) && !near(other, word)),
    ]),
  );
}

export const isModifier = (word: string): boolean => kindOf(word) !== null;

/** The kind that a word belongs to, with what its word describes; null for any other word. */
export function kindOf(word: string): keyof typeof modifiers | null {
  const kind = (Object.keys(modifiers) as (keyof typeof modifiers)[]).find((each) =>
    Object.hasOwn(modifiers[each], word),
  );
  return kind ?? null;
}
