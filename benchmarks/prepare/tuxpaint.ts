import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { thresholdEvidence, Verifier } from '@anagram/core';
import { stampCorpus } from '@anagram/worlds/tuxpaint';
import {
  type GuaranteeFigures,
  type JudgedPair,
  labelCount,
  measurePromise,
  measureVerification,
  prepareAndMeasure,
  type RouteFigures,
  readPairs,
  resamplings,
  type VerificationFigures,
} from './verification.ts';

interface StampFigures extends VerificationFigures {
  readonly guarantee: GuaranteeFigures;
  readonly estimate: GuaranteeFigures;
}

export interface LanguageFigures extends StampFigures {
  readonly routes: { readonly [route: string]: RouteFigures };
  /** Trained likewise, but its towers begin with those of the emoji verifier. */
  readonly started: (StampFigures & { readonly routes: { readonly [route: string]: RouteFigures } }) | null;
  /** The emoji verifier as it is: nothing was trained on the stamps. */
  readonly foreign: StampFigures | null;
}

/** The one of the emoji corpus too. */
const seed = 3;

/**
 * Stamps that people described, 30 % of them with another's text, in one language.
 * @param emoji Folder of the emoji corpus' verifier; left out where there is none.
 */
export async function prepareStamps(language: 'en' | 'ko', dir: string, emoji: string): Promise<LanguageFigures> {
  const { source, truth } = await stampCorpus({ language, seed });
  const pairs = await readPairs(source, (id) => truth.get(id)!.right);
  const isRight = (id: string, text: string) => truth.get(id)!.text === text;
  const train = async (name: string, start?: string) => {
    const options = { source, dir: join(dir, `${name}-verifier`), ...(start !== undefined && { start }) };
    await using verifier = await Verifier.train(options);
    const figures = await judgeAndMeasure(verifier, pairs);
    const routes = await prepareAndMeasure(verifier, { source, pairs, isRight, dir: join(dir, name) });
    return { ...figures, routes };
  };
  const alone = await train('alone');
  if (!existsSync(join(emoji, 'verifier.json'))) return { ...alone, started: null, foreign: null };
  const started = await train('started', emoji);
  await using verifier = await Verifier.load(emoji);
  return { ...alone, started, foreign: await judgeAndMeasure(verifier, pairs) };
}

async function judgeAndMeasure(verifier: Verifier, pairs: readonly JudgedPair[]): Promise<StampFigures> {
  const evidence = await thresholdEvidence(verifier, pairs);
  const right = pairs.map((pair) => pair.right);
  return {
    ...measureVerification(evidence, right),
    guarantee: measurePromise(evidence, right, { guarantee: true, labels: labelCount, resamplings }),
    estimate: measurePromise(evidence, right, { guarantee: false, labels: labelCount, resamplings }),
  };
}
