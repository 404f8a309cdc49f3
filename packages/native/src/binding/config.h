// The configurations of lib/binding.ts as the structs of the pure part.
#pragma once

#include "binding/settings.h"
#include "nn/config.h"
#include "objective/config.h"
#include "train/config.h"

namespace anagram::binding {

ClipConfig read_clip_config(const Settings& settings);
ObjectiveConfig read_objective_config(const Settings& settings);
TrainerConfig read_trainer_config(const Settings& settings);

}  // namespace anagram::binding
