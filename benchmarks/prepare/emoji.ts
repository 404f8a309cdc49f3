import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Source, thresholdEvidence, Verifier } from '@anagram/core';
import { emojiCorpus, loadArtwork } from '@anagram/worlds/emoji-scenes';
import {
  type GuaranteeFigures,
  labelCount,
  measurePromise,
  measureVerification,
  prepareAndMeasure,
  type RouteFigures,
  readPairs,
  resamplings,
  rounded,
  type VerificationFigures,
} from './verification.ts';

export interface EmojiFigures extends VerificationFigures {
  readonly guarantee: GuaranteeFigures;
  /** The same draws with the estimated threshold, which promises less and keeps more. */
  readonly estimate: GuaranteeFigures;
  readonly routes: { readonly [route: string]: RouteFigures };
  readonly minutes: { readonly train: number };
}

/** The demo's noisy corpus with the full verifier: 30 % wrong pairs, four ways of drawing the same emoji. */
export async function prepareEmoji(dir: string): Promise<EmojiFigures> {
  const artwork = await loadArtwork();
  const styles = ['noto', 'openmoji', 'fluent-3d', 'fluent-flat'] as const;
  const { source, truth } = emojiCorpus({ artwork, styles, seed: 3 });
  const { verifier: trained, minutes } = await trainTimed(source, dir);
  await using verifier = trained;

  const pairs = await readPairs(source, (id) => truth.get(id)!.right === true);
  const evidence = await thresholdEvidence(verifier, pairs);
  const right = pairs.map((pair) => pair.right);
  const isRight = (id: string, text: string) => truth.get(id)!.name === text;
  return {
    ...measureVerification(evidence, right),
    guarantee: measurePromise(evidence, right, { guarantee: true, labels: labelCount, resamplings }),
    estimate: measurePromise(evidence, right, { guarantee: false, labels: labelCount, resamplings }),
    routes: await prepareAndMeasure(verifier, { source, pairs, isRight, dir: join(dir, 'data') }),
    minutes,
  };
}

/** The minutes are kept beside the verifier, for a run that finds it finished. */
async function trainTimed(source: Source, dir: string): Promise<{ verifier: Verifier; minutes: { train: number } }> {
  const path = join(dir, 'minutes.json');
  const start = performance.now();
  const verifier = await Verifier.train({ source, dir: join(dir, 'verifier') });
  const before = await readFile(path, 'utf8').catch(() => null);
  if (before !== null) return { verifier, minutes: JSON.parse(before) as { train: number } };
  const minutes = { train: rounded((performance.now() - start) / 60_000) };
  await writeFile(path, JSON.stringify(minutes));
  return { verifier, minutes };
}
