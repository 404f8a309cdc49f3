/** What setup and build tell while they work: members of the SDK's event union, plain data. */
export type SetupEvent =
  | { type: 'stage-start'; stage: SetupStage; total: number | null; resumedFrom?: number }
  | { type: 'stage-progress'; stage: SetupStage; done: number; total: number | null }
  | { type: 'stage-end'; stage: SetupStage; done: number; note?: string }
  | { type: 'warning'; message: string };

/** `libtorch-download` and `libtorch-unpack` count bytes, `addon-build` compiled files; `setup-wait` waits for another process. */
export type SetupStage = 'libtorch-download' | 'libtorch-unpack' | 'setup-wait' | 'addon-build';

export type OnSetupEvent = (event: SetupEvent) => void;
