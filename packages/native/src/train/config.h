// What a trainer is told once, mirroring NativeTrainerConfig of lib/binding.ts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "objective/config.h"
#include "ops/config.h"
#include "train/ema.h"
#include "train/lora.h"
#include "train/teacher.h"

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
  double max_log_scale = 4.60517;  // ln s, where it is trained, is clamped to [0, max_log_scale]
  // Parameters that keep their values: no gradient, no state, no decay. Batch normalisation whose
  // gain is frozen uses its running statistics and leaves them alone.
  std::vector<std::string> frozen;
  std::map<std::string, double> rates;  // factor of the learning rate by parameter; else 1
  std::optional<LoraConfig> lora;       // adapters of frozen matrices
  std::optional<EmaConfig> ema;
  std::optional<TeacherConfig> teacher;  // for the terms that need one
};

}  // namespace anagram
