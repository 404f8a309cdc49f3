import { createHash } from 'node:crypto';
import type { ClipModel } from '../clip/clip-model.ts';
import { fitImage } from '../image/preprocess.ts';
import { type Calibration, fuse } from './calibration.ts';
import { type Combinations, type Judge, judgeAll, judgeCombinations, type TextCache } from './judge.ts';
import { sigmoid } from './mixture.ts';
import type { PairScore, PairVerifier, ScorableImage, ScorablePair } from './pair-verifier.ts';
import { type TrainVerifierOptions, trainVerifier } from './train-verifier.ts';
import { readVerifier, type StoredVerifier, writeCalibration } from './verifier-files.ts';

/**
 * Judges pairs by several towers that were trained on the noisy corpus itself, cross-fitted: a picture is judged only by
 * towers of its fold, and those never saw it. Its models live outside JavaScript's heap: call `dispose()`, or hold it with
 * `await using`.
 */
export class Verifier implements PairVerifier, AsyncDisposable {
  readonly dir: string;
  readonly imageSize: number;
  readonly #judges: readonly Judge[];
  readonly #models: readonly ClipModel[];
  readonly #hash: string;
  #calibration: Calibration;
  /** Of the last list of texts that `logOdds` was given. */
  #cached: { texts: readonly string[]; cache: TextCache } = { texts: [], cache: new Map() };

  private constructor(dir: string, { imageSize, judges, models, hash, calibration }: StoredVerifier) {
    this.dir = dir;
    this.imageSize = imageSize;
    this.#judges = judges;
    this.#models = models;
    this.#hash = hash;
    this.#calibration = calibration;
  }

  /** Reads what `train` left in a folder. @throws AnagramError `model-mismatch`, `checkpoint-corrupt` */
  static async load(dir: string): Promise<Verifier> {
    return new Verifier(dir, await readVerifier(dir));
  }

  /**
   * Trains a verifier on the pairs of a noisy source (recipe: `docs/decisions/`), or goes on where the same call in the same
   * `dir` was stopped. The result is roughly calibrated without labels; `calibrate` does it well.
   * @throws AnagramError `invalid-options`, `not-enough-data`, `run-options-changed`, `dir-in-use`
   */
  static async train(options: TrainVerifierOptions): Promise<Verifier> {
    await trainVerifier(options);
    return Verifier.load(options.dir);
  }

  /** Names of the judges in the order of `judge`'s columns. */
  get towers(): readonly string[] {
    return this.#judges.map(({ name }) => name);
  }

  /** Parts of the corpus that were left out in turn when the towers were trained. */
  get folds(): number {
    return Math.max(...this.#judges.map(({ spaces }) => spaces.length));
  }

  get calibration(): Calibration {
    return this.#calibration;
  }

  get id(): string {
    return createHash('sha256')
      .update(`${this.#hash} ${JSON.stringify(this.#calibration)}`)
      .digest('hex');
  }

  get threshold(): number | null {
    return this.#calibration.threshold;
  }

  get baseRate(): number {
    return this.#calibration.baseRate;
  }

  async score(pairs: readonly ScorablePair[], options: { signal?: AbortSignal } = {}): Promise<PairScore[]> {
    const all = pairs.map((_, i) => i);
    const texts = pairs.map(({ text }) => text);
    const scores = await this.judge(pairs, texts, { image: all, text: all }, options); // (pairs, towers)
    const { towers } = this;
    return pairs.map((_, i) => {
      const byTower = Object.fromEntries(towers.map((tower, k) => [tower, scores[i * towers.length + k]!]));
      const score = fuse(this.#calibration, (tower) => byTower[tower]!);
      return { score, probability: sigmoid(score), byTower };
    });
  }

  /** A list of texts that is given again (the same array) is not embedded again. */
  async logOdds(
    images: readonly ScorableImage[],
    texts: readonly string[],
    options: { signal?: AbortSignal } = {},
  ): Promise<Float32Array> {
    const fitted = await this.#fit(images);
    if (this.#cached.texts !== texts) this.#cached = { texts, cache: new Map() };
    const knobs = { ...options, cache: this.#cached.cache };
    const scores = await Promise.all(this.#judges.map((judge) => judgeAll(judge, fitted, texts, knobs)));
    const { weights, bias, scale, offset } = this.#calibration;
    const fused = new Float32Array(images.length * texts.length).fill(scale * bias + offset);
    for (const [k, tower] of this.towers.entries()) {
      const weight = scale * (weights[tower] ?? 0);
      const column = scores[k]!;
      for (let at = 0; at < fused.length; at++) fused[at]! += weight * column[at]!;
    }
    return fused;
  }

  /** Of the tower that reads least. */
  lostTokens(texts: readonly string[]): number[] {
    const byTower = this.#models.map((model) => model.lostTokens(texts));
    return texts.map((_, at) => Math.max(0, ...byTower.map((lost) => lost[at]!)));
  }

  /** Tower by tower, uncalibrated: (combinations, towers), in standard deviations above random pairs. */
  async judge(
    images: readonly ScorableImage[],
    texts: readonly string[],
    combinations: Combinations,
    options: { signal?: AbortSignal } = {},
  ): Promise<Float64Array> {
    return judgeCombinations(this.#judges, await this.#fit(images), texts, combinations, options);
  }

  /** Takes a new calibration and saves it beside the weights. */
  async recalibrate(calibration: Calibration): Promise<void> {
    await writeCalibration(this.dir, calibration);
    this.#calibration = calibration;
  }

  /** Frees the models. Idempotent; any other use afterwards is an error. */
  dispose(): void {
    for (const model of this.#models) model.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
  }

  #fit(images: readonly ScorableImage[]): Promise<ScorableImage[]> {
    return Promise.all(
      images.map(async ({ image, imageHash }) => ({ image: await fitImage(image, this.imageSize), imageHash })),
    );
  }
}
