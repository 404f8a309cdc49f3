export type {
  AddonInfo,
  Binding,
  NativeAugmentConfig,
  NativeBatch,
  NativeClipConfig,
  NativeEmbedded,
  NativeEmbeddingGradients,
  NativeLoraConfig,
  NativeModel,
  NativeResize,
  NativeStructureConfig,
  NativeTrainer,
  NativeTrainerConfig,
  NativeTriples,
  Neighbours,
  StepResult,
  TensorInfo,
} from './binding.ts';
export { type BuildOptions, type BuildResult, buildAddon } from './build.ts';
export { cacheFolder } from './cache.ts';
export { type DoctorFact, doctor } from './doctor.ts';
export { type DownloadOptions, download, sha256Of } from './download.ts';
export { NativeError, type NativeErrorCode } from './errors.ts';
export { findLibtorch, LIBTORCH_VERSION, type Libtorch, type ResolveOptions, resolveLibtorch } from './libtorch.ts';
export { loadBinding, quietOpenMp } from './load.ts';
export type { NativeObjectiveConfig } from './objective-config.ts';
export type { NativeObjectiveInput, NativeObjectiveResult } from './objective-input.ts';
export { type SetupOptions, setupLibtorch } from './setup.ts';
export type { OnSetupEvent, SetupEvent, SetupStage } from './setup-events.ts';
export { type UnpackOptions, unpack } from './unpack.ts';
