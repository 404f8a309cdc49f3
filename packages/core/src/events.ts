import type { StepResult } from '@anagram/native';

/** Everything that a long verb tells while it works: plain data, one grammar, `<noun>-<action>`. */
export type AnagramEvent =
  | { type: 'stage-start'; stage: string; total: number | null; resumedFrom?: number }
  | { type: 'stage-progress'; stage: string; done: number; total: number | null }
  | { type: 'stage-end'; stage: string; done: number; note?: string }
  | { type: 'shard-saved'; path: string; count: number }
  | { type: 'run-start'; dir: string; steps: number; resumedFrom: number }
  | ({ type: 'step-end' } & StepRecord)
  | { type: 'checkpoint-saved'; path: string; step: number }
  | { type: 'run-end'; dir: string; steps: number; imagesSeen: number }
  | { type: 'pictures-fetched'; source: string; fetched: number; failed: { readonly [reason: string]: number } }
  | { type: 'generation-fault'; model: string; fault: string; message: string }
  | { type: 'warning'; message: string };

/** One line of a run's `log.jsonl`. */
export interface StepRecord {
  step: number;
  loss: number;
  learningRate: number;
  gradientNorm: StepResult['gradientNorm'];
  logitScale: number;
  imagesSeen: number;
  terms: Record<string, number>;
}

export type OnEvent = (event: AnagramEvent) => void;

/** The three knobs of every long verb, but for `dir`, which each verb documents itself. */
export interface Knobs {
  /** Stops the work at the next safe point; the verb rejects with `signal.reason` after saving what is done. */
  signal?: AbortSignal;
  /** Progress. An error thrown by the callback is reported once as a process warning and stops nothing. */
  onEvent?: OnEvent;
}

/** Calls back without letting a failing callback stop the work. */
export function safeEmitter(onEvent: OnEvent | undefined): OnEvent {
  let reported = false;
  return (event) => {
    try {
      onEvent?.(event);
    } catch (error) {
      if (!reported) process.emitWarning(`onEvent threw: ${error instanceof Error ? error.message : String(error)}`);
      reported = true;
    }
  };
}
