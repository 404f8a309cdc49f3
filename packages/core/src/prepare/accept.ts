import { logisticFit } from '../verify/logistic.ts';
import { logit, sigmoid } from '../verify/mixture.ts';
import type { PairScore } from '../verify/pair-verifier.ts';
import type { Generated } from './generate.ts';
import { roundScore } from './records.ts';

/** The candidate that was chosen for a record, and how sure those are of it who had no part in the choice. */
export interface Choice {
  readonly candidate: Generated['candidates'][number];
  /** That it is right. */
  readonly probability: number;
  /** The tower that chose; null: there is one score alone, whose odds are divided by the number of candidates. */
  readonly chooser: string | null;
  /** Candidates that it was chosen from. */
  readonly of: number;
}

/** Chooses among a generator's candidates by one tower, and judges what was chosen by the others. */
export type Acceptance = (generated: ReadonlyMap<string, Generated>) => Map<string, Choice>;

/** Fewer scored pairs than this say too little about what the towers are worth one without the other. */
const fewestPairs = 50;
/** Generated pairs that the corpus' share of right pairs counts for. */
const priorCount = 10;

interface Panel {
  readonly chooser: string;
  readonly weights: readonly (readonly [tower: string, weight: number])[];
  readonly bias: number;
  /** Share of right pairs in the corpus that it was fitted on. */
  readonly baseRate: number;
}

/**
 * Learns from the corpus' own scored pairs how to accept what a generator offers. The score that chose the best of n is too
 * kind to it, so one tower chooses and the others accept: for each tower a logistic model of the others' scores is fitted to the fused
 * probabilities (the expected truth given the others alone), and the tower without which the others tell most chooses. A
 * generator is right more or less often than the corpus: its share is estimated from the others' scores of what was chosen,
 * by expectation–maximisation (Saerens, Latinne & Decaestecker 2002), and taken where it is below the corpus' share.
 */
export function fitAcceptance(scores: readonly PairScore[]): Acceptance {
  const towers = Object.keys(scores[0]?.byTower ?? {});
  if (towers.length < 2 || scores.length < fewestPairs) return chooseByOne;
  const panels = towers.map((chooser) => fitPanel(scores, chooser, towers));
  const panel = panels.reduce((best, one) => (one.loss < best.loss ? one : best));
  return (generated) => chooseByPanel(generated, panel);
}

function fitPanel(scores: readonly PairScore[], chooser: string, towers: readonly string[]): Panel & { loss: number } {
  const others = towers.filter((tower) => tower !== chooser);
  const target = Float64Array.from(scores, ({ probability }) => probability);
  const coefficients = logisticFit({
    rows: Float64Array.from(scores.flatMap(({ byTower }) => others.map((tower) => byTower[tower]!))),
    target,
    rowWeights: new Float64Array(scores.length).fill(1),
    width: others.length,
  });
  const weights = others.map((tower, k) => [tower, coefficients[k]!] as const);
  const bias = coefficients[others.length]!;
  const panel = { chooser, weights, bias, baseRate: target.reduce((sum, p) => sum + p, 0) / target.length };
  const loss = scores.reduce((sum, { probability, byTower }) => {
    const x = logOdds(panel, byTower);
    return sum - probability * Math.log(sigmoid(x)) - (1 - probability) * Math.log(sigmoid(-x));
  }, 0);
  return { ...panel, loss };
}

function chooseByPanel(generated: ReadonlyMap<string, Generated>, panel: Panel): Map<string, Choice> {
  const offers = [...generated.values()].filter(({ candidates }) => candidates.length > 0);
  const chosen = offers.map(({ candidates }) =>
    candidates.reduce((best, one) => (one.byTower[panel.chooser]! > best.byTower[panel.chooser]! ? one : best)),
  );
  const ratios = chosen.map(({ byTower }) => logOdds(panel, byTower) - logit(panel.baseRate));
  const prior = logit(shareOfRight(ratios, panel.baseRate));
  return new Map(
    offers.map(({ id, candidates }, i) => {
      const probability = roundScore(sigmoid(ratios[i]! + prior));
      return [id, { candidate: chosen[i]!, probability, chooser: panel.chooser, of: candidates.length }] as const;
    }),
  );
}

/** @param ratios Log-likelihood ratios of right to wrong. */
function shareOfRight(ratios: readonly number[], baseRate: number): number {
  let share = baseRate;
  for (let round = 0; round < 500; round++) {
    const prior = logit(share);
    const right = ratios.reduce((sum, ratio) => sum + sigmoid(ratio + prior), 0);
    const next = (priorCount * baseRate + right) / (priorCount + ratios.length);
    const change = Math.abs(next - share);
    share = next;
    if (change < 1e-9) break;
  }
  return Math.min(share, baseRate);
}

/** With a single score no other is left to accept: among n candidates a wrong one passes up to n times as often as alone. */
function chooseByOne(generated: ReadonlyMap<string, Generated>): Map<string, Choice> {
  return new Map(
    [...generated.values()].flatMap(({ id, candidates }) => {
      if (candidates.length === 0) return [];
      const candidate = candidates.reduce((best, one) => (one.probability > best.probability ? one : best));
      const { probability: p } = candidate;
      const of = candidates.length;
      return [[id, { candidate, probability: roundScore(p / (p + of * (1 - p))), chooser: null, of }] as const];
    }),
  );
}

function logOdds({ weights, bias }: Panel, byTower: PairScore['byTower']): number {
  return weights.reduce((sum, [tower, weight]) => sum + weight * byTower[tower]!, bias);
}
