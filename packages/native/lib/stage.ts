import type { OnSetupEvent, SetupStage } from './setup-events.ts';

export interface Stage {
  start(total: number | null, resumedFrom?: number): void;
  progress(done: number, total: number | null): void;
  end(note?: string): void;
}

/** One stage's events, progress at most ten times a second. */
export function stageOf(onEvent: OnSetupEvent, stage: SetupStage): Stage {
  let last = Number.NEGATIVE_INFINITY;
  let done = 0;
  return {
    start(total, resumedFrom = 0) {
      onEvent({ type: 'stage-start', stage, total, ...(resumedFrom > 0 ? { resumedFrom } : {}) });
    },
    progress(now, total) {
      done = now;
      if (performance.now() - last < 100) return;
      last = performance.now();
      onEvent({ type: 'stage-progress', stage, done, total });
    },
    end(note) {
      onEvent({ type: 'stage-end', stage, done, ...(note === undefined ? {} : { note }) });
    },
  };
}
