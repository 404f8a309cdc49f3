import { readFile, writeFile } from 'node:fs/promises';

interface Told {
  readonly auroc: number;
  readonly paired: number;
}
interface Row {
  readonly captions: number;
  readonly anyCategory: number | null;
  readonly negatives: number;
  readonly grammatical: number | null;
  readonly grammaticalWhereCaptionIs: number | null;
  readonly grammaticalCaptions: number | null;
  readonly grammaticalShuffled: number | null;
  readonly balance: {
    readonly before: { readonly negatives: number; readonly words: Told | null; readonly characters: Told | null };
    readonly after: {
      readonly negatives: number;
      readonly words: Told | null;
      readonly characters: Told | null;
      readonly acrossHalves: Told | null;
    };
  };
  readonly byCategory: {
    readonly [category: string]: {
      readonly written: number;
      readonly grammatical: number | null;
      readonly before: Told | null;
      readonly kept: number;
      readonly after: Told | null;
    };
  };
}

const percent = (share: number | null): string => (share === null ? '–' : `${(100 * share).toFixed(1)} %`);
const both = (told: Told | null): string => (told ? `${told.auroc.toFixed(2)} / ${told.paired.toFixed(2)}` : '–');
const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const head = (cells: readonly string[]): string[] => [line(cells), line(cells.map(() => '---'))];

/** Puts the tables of the results between the marks of the README. */
export async function writeTables(
  results: {
    en: Row;
    ko: Row & { stamps: Row };
    anchor: Row & { rulesOnTheSame: Row };
    languageModel: (Row & { model: string; rulesOnTheSame: Row }) | null;
  },
  readme: URL,
): Promise<void> {
  const rows: readonly (readonly [string, Row | null])[] = [
    ['rules, English, COCO', results.en],
    ['NegCLIP, its captions', results.anchor],
    ['rules, NegCLIP’s captions', results.anchor.rulesOnTheSame],
    ['rules, Korean, sentences', results.ko],
    ['rules, Korean, stamps', results.ko.stamps],
    [`${results.languageModel?.model}, COCO`, results.languageModel],
    ['rules on the same', results.languageModel?.rulesOnTheSame ?? null],
  ];
  const overview = [
    ...head([
      '',
      'captions',
      'with a negative',
      'negatives',
      'well formed',
      'where the caption is',
      'captions well formed',
      'shuffled captions',
      'told apart before',
      'after',
      'kept',
      'by characters, before → after',
      'across halves',
    ]),
    ...rows.flatMap(([name, row]) => {
      if (!row) return [];
      const { before, after } = row.balance;
      const kept = `${after.negatives} of ${before.negatives}`;
      const spelled = `${both(before.characters)} → ${both(after.characters)}`;
      return [
        line([
          name,
          row.captions,
          percent(row.anyCategory),
          row.negatives,
          percent(row.grammatical),
          percent(row.grammaticalWhereCaptionIs),
          percent(row.grammaticalCaptions),
          percent(row.grammaticalShuffled),
          both(before.words),
          both(after.words),
          kept,
          spelled,
          both(after.acrossHalves),
        ]),
      ];
    }),
  ];
  const categories = [
    ...head([
      'category',
      'English: coverage',
      'well formed',
      'told apart before',
      'after',
      'kept',
      'Korean: coverage',
      'well formed',
    ]),
    ...Object.entries(results.en.byCategory).map(([name, en]) => {
      const ko = results.ko.byCategory[name];
      return line([
        name,
        percent(en.written / results.en.captions),
        percent(en.grammatical),
        both(en.before),
        both(en.after),
        en.kept,
        ko ? percent(ko.written / results.ko.captions) : '–',
        ko ? percent(ko.grammatical) : '–',
      ]);
    }),
  ];
  const text = await readFile(readme, 'utf8');
  const tables = [...overview, '', ...categories].join('\n');
  await writeFile(
    readme,
    text.replace(/(<!-- tables -->\n)[\s\S]*?(<!-- end -->)/, (_, start, end) => `${start}${tables}\n${end}`),
  );
}
