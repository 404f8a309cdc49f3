// What a trainer is told once, mirroring NativeTrainerConfig of lib/binding.ts.
#pragma once

#include "objective/config.h"
#include "ops/config.h"

namespace anagram {

enum class OptimizerKind { adamw, muon };

struct TrainerConfig {
  ObjectiveConfig objective;
  StructureConfig structure;
  AugmentConfig augment;
  OptimizerKind optimizer = OptimizerKind::adamw;  // muon: AdamW for what Muon is not meant for
  double momentum = 0.95;                          // of Muon
  double beta1 = 0.9;
  double beta2 = 0.98;
  double epsilon = 1e-6;
  double weight_decay = 0.1;       // decoupled; see AdamW in adamw.h for what it spares
  double gradient_clip = 1.0;      // largest global gradient norm; 0 = no clipping
  double max_log_scale = 4.60517;  // ln s is clamped to [0, max_log_scale] after each step
  bool train_logit_scale = true;   // false: ln s keeps its value
};

}  // namespace anagram
