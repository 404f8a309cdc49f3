import type { ClipModel } from '../clip/clip-model.ts';
import { AnagramError } from '../errors.ts';
import { paraphrase } from '../negatives/paraphrase.ts';
import type { TrainingPair } from '../pair.ts';
import type { ObjectivePreset } from './objective-presets.ts';
import { type ResolvedObjective, usesOf } from './objective-settings.ts';
import type { SharedSet } from './sampler.ts';
import type { ResolvedSettings } from './settings.ts';

/** Pairs that are looked at, of all sets together: at first, and before a preset is refused, as few of a set may have what it wants. */
const looked = { first: 32, last: 2048 };

/** What an objective has a use for, and how to tell whether a pair has it. */
const needs = {
  'negatives with a text': ({ negatives }: TrainingPair) => negatives.some(({ text }) => text !== null),
  'negatives with a picture': ({ negatives }: TrainingPair) => negatives.some(({ image }) => image !== null),
  'negatives with a text and a picture': ({ negatives }: TrainingPair) =>
    negatives.some(({ text, image }) => text !== null && image !== null),
  'negatives of the category negation, with a text and a picture': ({ negatives }: TrainingPair) =>
    negatives.some(({ category, text, image }) => category === 'negation' && text !== null && image !== null),
  'what a detector says of their regions': ({ regions }: TrainingPair) => regions !== undefined,
  paraphrases: ({ paraphrases = [] }: TrainingPair) => paraphrases.length > 0,
  'paraphrases, given or by rules': ({ text, paraphrases = [] }: TrainingPair) =>
    paraphrases.length > 0 || paraphrase(text).length > 0,
} as const;
type Need = keyof typeof needs;
const detected = 'what a detector says of their regions' satisfies Need;

/** Presets that are another preset without what they need: plain CLIP, most of them. */
const vital: { readonly [name in ObjectivePreset]?: Need } = {
  negclip: 'negatives with a text',
  spec: 'negatives with a text and a picture',
  'ce-clip': 'negatives with a text',
  'triplet-clip': 'negatives with a text and a picture',
  'structure-clip': 'negatives with a text',
  'fsc-clip': 'negatives with a text',
  degla: 'negatives with a text',
  'con-clip': 'negatives with a text and a picture',
};

/** What the terms are made of, so far as a batch does not make it itself (`joinedEvery`). */
function wanted(objective: ResolvedObjective, preset: ObjectivePreset | null): Need[] {
  const { negativesPerPair, joinedEvery } = objective;
  const uses = usesOf(objective);
  const list: Need[] = [];
  if (negativesPerPair > 0 && uses.texts) list.push('negatives with a text');
  if (negativesPerPair > 0 && uses.images) list.push('negatives with a picture');
  // The joined steps of clic make theirs; between them it wants none.
  const makesAll = joinedEvery === 1 || (joinedEvery > 0 && preset === 'clic');
  if (uses.paraphrases && !makesAll) {
    list.push(objective.paraphrases > 0 ? 'paraphrases, given or by rules' : 'paraphrases');
  }
  if (objective.crossLevels > 0) list.push(detected);
  if (preset === 'con-clip') list.push('negatives of the category negation, with a text and a picture');
  return list;
}

/**
 * Looks at the settings alone: whether negatives and shuffled views that are asked for are ever drawn.
 * @param warn Told of terms that will count no row.
 * @throws AnagramError `invalid-options` where a preset is made of negatives and none is drawn.
 */
export function checkDraws(
  { objective, curriculum, structure, batchSize }: ResolvedSettings,
  preset: ObjectivePreset | null,
  warn: (message: string) => void,
): void {
  const { from, to } = curriculum.negatives;
  const key = objective.negativesPerPair === 0 ? 'objective.negativesPerPair' : 'curriculum.negatives';
  const drawsNone = objective.negativesPerPair === 0 || (from === 0 && to === 0);
  if (drawsNone && preset !== null && vital[preset]) {
    throw new AnagramError(
      'invalid-options',
      `train.${key}: 0 draws no negative, and the objective ${preset} is made of them: it would train as another objective. Draw some, or choose an objective that needs none, such as clip.`,
      { where: `train.${key}` },
    );
  }
  const uses = usesOf(objective);
  if (drawsNone && objective.joinedEvery === 0 && (uses.texts || uses.images)) {
    warn(`train.${key}: 0 draws no negative, so that the objective's terms over negatives count no pair.`);
  }
  const shuffles =
    structure.weight > 0 && structure.share > 0 && (structure.image !== 'off' || structure.text !== 'off');
  if (shuffles && Math.round(structure.share * batchSize) === 0) {
    warn(
      `train.structure.share: ${structure.share} of a batch of ${batchSize} is less than half a row, so that nothing is shuffled. Give at least ${(1 / batchSize).toPrecision(2)}.`,
    );
  }
}

/**
 * Looks at some pairs before training begins, so that no run is silently another objective's than the one that was asked for.
 * @param told `warn` of terms that will count no row.
 * @throws AnagramError `not-enough-data` where a preset lacks what makes it that preset; the signal's reason.
 */
export async function checkNeeds(
  model: Pick<ClipModel, 'imageSize' | 'config' | 'regionWidth'>,
  sets: readonly SharedSet[],
  { objective, preset }: { objective: ResolvedObjective; preset: ObjectivePreset | null },
  { warn, signal }: { warn: (message: string) => void; signal?: AbortSignal | undefined },
): Promise<void> {
  const need = preset === null ? undefined : vital[preset];
  const missing = new Set<Need>([...(need ? [need] : []), ...wanted(objective, preset)]);
  const look = async (most: number) => {
    const each = Math.max(1, Math.floor(most / sets.length));
    let seen = 0;
    for (const { set } of sets) {
      for (let k = 0; k < Math.min(each, set.length) && missing.size > 0; k++, seen++) {
        signal?.throwIfAborted();
        // Spread over the set, each number once.
        const index = Math.floor((k * set.length) / Math.min(each, set.length));
        const pair = await set.pair(index, model.imageSize, model.config.preprocess);
        for (const name of missing) if (needs[name](pair)) missing.delete(name);
      }
    }
    return seen;
  };
  let seen = await look(looked.first);
  if (need && missing.has(need)) seen = await look(looked.last);
  if (need && missing.has(need)) {
    throw new AnagramError(
      'not-enough-data',
      `The objective ${preset} wants ${need}. None of the ${seen} pairs that were looked at has any, so that it would train as another objective. ${need.includes('picture') ? 'Write negatives with pictures (`anagram negatives` with an editor, and --fresh where texts alone were written)' : 'Write negatives (`anagram negatives`)'} and open the pairs with them, or choose an objective that needs none, such as clip.`,
      { needed: 1, found: 0 },
    );
  }
  if (objective.crossLevels > 0 && model.regionWidth === null) {
    const found = !missing.has(detected);
    if (found) {
      warn(
        `The pairs have ${detected}, and the model does not read it: the term crossLevels counts no pair. Make the model with \`regions\`.`,
      );
    }
    // PyramidCLIP is its peer level where there is no detector.
    if (preset !== null) missing.delete(detected);
  }
  for (const name of missing) {
    warn(
      `The objective${preset === null ? '' : ` ${preset}`} has terms that want ${name}. None of the ${seen} pairs that were looked at has any: those terms count no such pair.`,
    );
  }
}
