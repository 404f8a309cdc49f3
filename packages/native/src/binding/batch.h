// NativeBatch in, StepResult out.
#pragma once

#include "binding/settings.h"
#include "nn/config.h"
#include "train/trainer.h"

namespace anagram::binding {

// Copies and checks one step's data against the model that it is meant for.
Batch read_batch(const Settings& input, const ClipConfig& model);

Napi::Value write_terms(Napi::Env env, const std::map<std::string, double>& terms);
Napi::Value write_step_result(Napi::Env env, const StepResult& result);

}  // namespace anagram::binding
