import type {
  CalibrateOptions,
  PreparedTasksOptions,
  PrepareOptions,
  TrainSettings,
  TrainVerifierSettings,
  WriteNegativesOptions,
} from '@anagram/core';
import type { GenerationSettings } from './generation.ts';
import type { BenchmarkSettings } from './open-benchmark.ts';
import type { ModelSettings } from './open-model.ts';
import type { SourceSettings } from './open-source.ts';

export { exitCodes } from './exit-code.ts';

/** What an `anagram.config.ts` exports as its default: a section for each verb, each optional. */
export interface AnagramConfig {
  readonly source?: SourceSettings;
  readonly model?: ModelSettings;
  readonly verifier?: TrainVerifierSettings;
  readonly prepare?: Partial<PrepareOptions>;
  readonly calibrate?: Partial<CalibrateOptions>;
  readonly negatives?: Partial<WriteNegativesOptions>;
  readonly train?: Partial<TrainSettings>;
  readonly evaluate?: PreparedTasksOptions & {
    readonly benchmarks?: readonly BenchmarkSettings[];
    /** Folders of prepared pairs of the training, to be looked for in the tasks. */
    readonly trainedOn?: readonly string[];
  };
  readonly generation?: GenerationSettings;
}
