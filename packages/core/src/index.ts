export { AnswerCache } from './answer-cache.ts';
export { AnagramError, type ErrorCode, type ErrorDetails, isAnagramError } from './errors.ts';
export { type AnagramEvent, type Knobs, type OnEvent, type StepRecord, safeEmitter } from './events.ts';
export type { Captioner, Illustrator, ImageEditor, NegativeWriter, PairScorer, Repairer } from './models.ts';
export { setThreads } from './native.ts';
export type {
  ChosenText,
  Duplicate,
  ImageFile,
  Json,
  NegativeCategory,
  NegativeText,
  PairSet,
  Pixels,
  ReadingOptions,
  RefusedText,
  RegionFeatures,
  Route,
  Source,
  SourceRecord,
  TrainingNegative,
  TrainingPair,
  Verdict,
} from './pair.ts';
export { negativeCategories } from './pair.ts';
export { Random } from './random.ts';
export { parseSettings, suggest } from './settings.ts';

// Sources

export type { FetchSettings } from './fetch/fetch-settings.ts';
export { type CaptionsJsonOptions, captionsJson } from './source/captions-json.ts';
export { concat } from './source/concat.ts';
export { type CsvOptions, csv, tsv } from './source/csv.ts';
export { defineSource } from './source/define-source.ts';
export { type FolderOptions, folder } from './source/folder.ts';
export { fileOnDisk } from './source/image-file.ts';
export { inSrgb } from './source/in-srgb.ts';
export { json } from './source/json.ts';
export { jsonl } from './source/jsonl.ts';
export { type LabelledImages, labelledCsv, labelledFolder } from './source/labelled-images.ts';
export { onBackground } from './source/on-background.ts';
export { parquet } from './source/parquet.ts';
export type { TableColumns } from './source/table-record.ts';
export { type UrlsOptions, urls } from './source/urls.ts';
export { type WebdatasetOptions, webdataset } from './source/webdataset.ts';

// Pictures

export { downloadModel } from './hub/download-model.ts';
export { isHubReference } from './hub/hub-reference.ts';
export { decodeImage } from './image/decode.ts';
export { type ColourName, mirror, recolour } from './image/edit.ts';
export { encodeJpeg, encodePng } from './image/encode.ts';
export type { Background } from './image/flatten.ts';
export { hammingDistance, hashBytes, hashPixels, perceptualHash } from './image/hash.ts';
export { type Fit, fitImage, type Preprocess } from './image/preprocess.ts';

// prepare

export {
  type CalibrateRoutesOptions,
  calibrateRoutes,
  type RouteCalibration,
  type RoutesReport,
} from './prepare/calibrate-routes.ts';
export { deduplicate, type RecordIdentity } from './prepare/deduplicate.ts';
export { type KeptPairsToLabelOptions, keptPairsToLabel } from './prepare/kept-pairs-to-label.ts';
export {
  type NewlyPrepared,
  type PreparationPlan,
  type PrepareOptions,
  planPreparation,
  prepare,
} from './prepare/prepare.ts';
export { type PreparedShare, type PrepareShareOptions, prepareShare } from './prepare/prepare-share.ts';
export { preparedPairsToLabel } from './prepare/prepared-pairs-to-label.ts';
export { type RecordFacts, type Routed, route } from './prepare/route.ts';
export type { RouteCounts } from './prepare/route-counts.ts';
export { type RouteThresholds, readThresholds, writeThresholds } from './prepare/route-thresholds.ts';
export type { SimilarPictures } from './prepare/similar-pictures.ts';
export { type SweepOptions, sweep, type ThresholdRow } from './prepare/sweep.ts';
export { type SweepPageOptions, sweepPage } from './prepare/sweep-page.ts';
export { type PromptScore, type TunedPrompts, type TunePromptsOptions, tunePrompts } from './prepare/tune-prompts.ts';
export { type OpenedPlan, type RunWorkerOptions, runWorker, type WorkerReport } from './queue/run-worker.ts';
export type { QueueSettings } from './queue/score-on-queue.ts';

// verify

export { type CalibrateOptions, type CalibrationReport, calibrate } from './verify/calibrate.ts';
export type { Calibration, SweepPoint } from './verify/calibration.ts';
export {
  type CalibrationTarget,
  type ChosenThreshold,
  chooseThreshold,
  type ThresholdEvidence,
} from './verify/choose-threshold.ts';
export {
  auroc,
  brier,
  type Rates,
  type ReliabilityBin,
  ratesAt,
  recallAtPrecision,
  reliability,
  wilsonInterval,
} from './verify/metrics.ts';
export { type LabelPageOptions, labelPage } from './verify/page/label-page.ts';
export type { PairScore, PairVerifier, ScorableImage, ScorablePair } from './verify/pair-verifier.ts';
export { type PairsToLabelOptions, type PairToLabel, pairsToLabel } from './verify/pairs-to-label.ts';
export type { ThresholdRates } from './verify/rates-at.ts';
export {
  appendLabel,
  type KeepingRoute,
  type KeptMark,
  keepingRoutes,
  type Label,
  type LabelLine,
  type Labels,
  labelKey,
  readLabelFile,
  readLabelLines,
  resumeLabelFile,
} from './verify/read-labels.ts';
export { thresholdEvidence } from './verify/threshold-evidence.ts';
export type { TrainVerifierOptions, TrainVerifierSettings } from './verify/train-verifier.ts';
export { Verifier } from './verify/verifier.ts';
export { readCalibration } from './verify/verifier-files.ts';

// Negatives

export { type Balanced, type BalanceGroup, balance } from './negatives/balance.ts';
export type { SceneCounts } from './negatives/describe-scenes.ts';
export { type Detectability, type DetectabilityOptions, detectability } from './negatives/detectability.ts';
export { ruleEditor } from './negatives/edit-image.ts';
export { parseScene, type SceneGraph, type SceneObject, type SceneRelation } from './negatives/en/scene-graph.ts';
export { readTriples, type Triple } from './negatives/en/triples.ts';
export { languageOf, type RuleLanguage, ruleLanguages } from './negatives/language.ts';
export { type NegativesPlan, planNegatives } from './negatives/plan-negatives.ts';
export type { NegativesReport } from './negatives/report-negatives.ts';
export { ruleWriter } from './negatives/rule-writer.ts';
export { rejection, textKey } from './negatives/screen.ts';
export { type WriteNegativesOptions, type WrittenNegatives, writeNegatives } from './negatives/write-negatives.ts';

// Data at rest

export { type FolderKind, requireFolderFor } from './shard/folder-kind.ts';
export { type FolderLock, lockFolder } from './shard/lock.ts';
export { type ManifestLine, manifestHash, readManifest } from './shard/manifest.ts';
export {
  type OpenPairsOptions,
  openPairs,
  type PreparedCounts,
  type PreparedPairs,
  type PreparedSample,
} from './shard/open-pairs.ts';
export type { PairProvenance, StoredNegative } from './shard/sample.ts';
export { readVerdicts } from './shard/shard-reader.ts';
export { writeAtomic } from './shard/write-atomic.ts';

// Texts

export { normaliseText } from './text/normalise.ts';
export { SentencePiece } from './text/sentence-piece.ts';
export type { EncodedText, TextTokenizer } from './text/text-tokenizer.ts';
export { Tokenizer } from './text/tokenizer.ts';
export { type TrigramUnit, trigramShuffle } from './text/trigram-shuffle.ts';

// Models

export { type Architecture, type ArchitectureName, architectureNames, findArchitecture } from './clip/architecture.ts';
export type { ClipConfig, Layout } from './clip/clip-config.ts';
export {
  ClipModel,
  type CreateOptions,
  type KnowledgeOptions,
  type LoadOptions,
  type Picture,
  type RegionOptions,
} from './clip/clip-model.ts';
export { type InterpolateOptions, interpolate } from './clip/interpolate.ts';
export { openSafetensors, type SafetensorsFile, type StoredTensors } from './clip/read-safetensors.ts';
export type { StoredTensor } from './clip/safetensors-header.ts';
export { type TensorSource, writeSafetensors } from './clip/write-safetensors.ts';

// train

export {
  type CustomObjective,
  type CustomObjectiveOptions,
  custom,
  type EmbeddedBatch,
  type LossAndGradients,
  type LossFunction,
} from './train/custom-objective.ts';
export {
  type ObjectivePreset,
  objectivePresets,
  type PresetSettings,
  presetParameters,
  presetTerms,
} from './train/objective-presets.ts';
export type { ObjectiveSettings } from './train/objective-settings.ts';
export type { FreezeTower, LoraProjection, LoraSettings } from './train/part-settings.ts';
export {
  type AugmentSettings,
  type RampSettings,
  type StructureRole,
  type StructureSettings,
  structureRoles,
  type TrainSettings,
} from './train/settings.ts';
export { type TrainOptions, type TrainResult, train } from './train/train.ts';
export { withRegions } from './train/with-regions.ts';

// evaluate

export {
  byKey,
  difference,
  each,
  macro,
  meanOfSubsets,
  micro,
  nested,
  type Subsets,
  type Weighted,
} from './evaluate/aggregate.ts';
export { aroAttribution, aroOrder, aroRelation } from './evaluate/benchmark/aro.ts';
export { aroExcludedRelations } from './evaluate/benchmark/aro-excluded-relations.ts';
export { bivlc } from './evaluate/benchmark/bivlc.ts';
export {
  type CaptionRetrievalOptions,
  cocoRetrieval,
  flickr8kRetrieval,
  flickr30kRetrieval,
} from './evaluate/benchmark/caption-retrieval.ts';
export { cola } from './evaluate/benchmark/cola.ts';
export { colaSingle } from './evaluate/benchmark/cola-single.ts';
export { colorSwap } from './evaluate/benchmark/color-swap.ts';
export { crepeProductivity, crepeSystematicity } from './evaluate/benchmark/crepe.ts';
export type { BenchmarkOptions, BenchmarkReport } from './evaluate/benchmark/define-benchmark.ts';
export { benchmarkNames, findBenchmark } from './evaluate/benchmark/find-benchmark.ts';
export { mmvpVlm } from './evaluate/benchmark/mmvp-vlm.ts';
export { negBench, negBenchRetrieval } from './evaluate/benchmark/negbench.ts';
export { spec } from './evaluate/benchmark/spec.ts';
export { sugarCrepe } from './evaluate/benchmark/sugar-crepe.ts';
export { sugarCrepePlusPlus } from './evaluate/benchmark/sugar-crepe-pp.ts';
export { valse } from './evaluate/benchmark/valse.ts';
export { vlCheckList } from './evaluate/benchmark/vl-checklist.ts';
export { spatialRelations, whatsUp } from './evaluate/benchmark/whats-up.ts';
export { winoground } from './evaluate/benchmark/winoground.ts';
export { bootstrap, bootstrapSubsets, type Unit } from './evaluate/bootstrap.ts';
export {
  type ComparableReport,
  type CompareOptions,
  compareEvaluations,
  compareReports,
  type EvaluationComparison,
  type ScoreComparison,
} from './evaluate/compare-reports.ts';
export {
  type CompositionItem,
  type CompositionReport,
  type CompositionScores,
  composition,
  type Decision,
  decide,
} from './evaluate/composition.ts';
export type { Contamination, Likeness, TrainingContent } from './evaluate/contamination.ts';
export { cachedEmbedder, type HashedEmbedder } from './evaluate/embedding-cache.ts';
export { type EvaluateOptions, type Evaluation, evaluate } from './evaluate/evaluate.ts';
export { requireHeldOut } from './evaluate/held-out.ts';
export {
  averagePrecision,
  type Choice,
  type Matrix2x2,
  matrix2x2,
  nWay,
  pairwise,
  rank,
  type TieRule,
} from './evaluate/kernels.ts';
export { type NamedComparison, renderComparison } from './evaluate/page/render-comparison.ts';
export { type RenderEvaluationOptions, renderEvaluation } from './evaluate/page/render-evaluation.ts';
export { type PreparedTasksOptions, preparedTasks } from './evaluate/prepared-tasks.ts';
export { evaluationSchema, readEvaluation, type SavedEvaluation } from './evaluate/results.ts';
export { type RetrievalItem, type RetrievalReport, retrieval } from './evaluate/retrieval.ts';
export type { CategoryReport, ItemsOrigin, Weakest } from './evaluate/score-prepared.ts';
export { imagenetClasses } from './evaluate/tables/imagenet-classes.ts';
export { imagenetTemplates } from './evaluate/tables/imagenet-templates.ts';
export type {
  Embedder,
  Failed,
  Failure,
  FailureDetail,
  Outcomes,
  RunOptions,
  Score,
  Skipped,
  Task,
  TaskReport,
  Values,
} from './evaluate/task.ts';
export { type TextChoiceItem, type TextChoiceReport, textChoice } from './evaluate/text-choice.ts';
export { readTrainingContent } from './evaluate/training-content.ts';
export {
  type LabelledImage,
  type ZeroShotOptions,
  type ZeroShotReport,
  zeroShotClassification,
} from './evaluate/zero-shot-classification.ts';

// Search

export {
  type BuildIndexOptions,
  type BuiltIndex,
  buildIndex,
  type IndexHead,
  type IndexItem,
  type SkippedItem,
} from './search/build-index.ts';
export { openIndex, type SearchHit, type SearchIndex, type SearchOptions, searchKinds } from './search/open-index.ts';

// Report

export type { Bars } from './report/bars.ts';
export type { Card } from './report/cards.ts';
export { barChart, histogram, lineChart, type Series } from './report/charts.ts';
export { escapeHtml } from './report/escape.ts';
export { type Block, renderReport, type Section } from './report/html.ts';
export { type ProgressSink, progressRenderer } from './report/progress.ts';
