import { parseScene } from './en/scene-graph.ts';
import { languageOf } from './language.ts';

/** Captions that are read where there are more, spread over all of them. */
const sample = 2_000;

/** What captions say of their pictures, so that one sees whether there is composition to be learned from them. */
export interface SceneCounts {
  /** English captions that were read; at most 2,000. */
  readonly captions: number;
  /** Mean numbers in a caption. */
  readonly objects: number;
  readonly attributes: number;
  readonly relations: number;
  /** Share of the captions that can be mixed up: two things that a relation joins, or two that have an attribute each. */
  readonly composed: number;
}

/** Reads captions as scene graphs and counts what is in them; null where none is English. */
export function describeScenes(captions: readonly string[]): SceneCounts | null {
  const english = captions.filter((caption) => languageOf(caption) === 'en');
  const step = Math.max(1, english.length / sample);
  const scenes = Array.from({ length: Math.min(sample, english.length) }, (_, k) =>
    parseScene(english[Math.floor(k * step)]!),
  );
  if (scenes.length === 0) return null;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / scenes.length;
  const composed = scenes.map(({ objects, relations }) => {
    const described = objects.filter(({ attributes }) => attributes.length > 0).length;
    return described >= 2 || relations.some(({ object }) => object !== null) ? 1 : 0;
  });
  return {
    captions: scenes.length,
    objects: mean(scenes.map(({ objects }) => objects.length)),
    attributes: mean(scenes.map(({ objects }) => objects.reduce((sum, each) => sum + each.attributes.length, 0))),
    relations: mean(scenes.map(({ relations }) => relations.length)),
    composed: mean(composed),
  };
}
