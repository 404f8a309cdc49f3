// The list of what crosses the border, in the order of lib/binding.ts, and nothing else.
#include <napi.h>

#include "binding/engine.h"
#include "binding/model.h"
#include "binding/operations.h"
#include "binding/process.h"
#include "binding/trainer.h"

namespace anagram::binding {

// Runs once for each JavaScript context (main thread, workers) of the one loaded library.
Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto* context = new Context();
  context->model_class = Napi::Persistent(Model::define(env));
  context->trainer_class = Napi::Persistent(TrainerHandle::define(env));
  env.SetInstanceData(context);

  exports.Set("info", Napi::Function::New<info>(env, "info"));
  exports.Set("setThreads", Napi::Function::New<set_threads>(env, "setThreads"));
  exports.Set("stop", Napi::Function::New<stop>(env, "stop"));
  exports.Set("trimMemory", Napi::Function::New<trim_memory>(env, "trimMemory"));
  exports.Set("createModel", Napi::Function::New<Model::create>(env, "createModel"));
  exports.Set("createTrainer", Napi::Function::New<TrainerHandle::create>(env, "createTrainer"));
  exports.Set("resize", Napi::Function::New<resize_pixels>(env, "resize"));
  exports.Set("resizeGrid", Napi::Function::New<resize_grid>(env, "resizeGrid"));
  exports.Set("shufflePatches", Napi::Function::New<shuffle_pixels>(env, "shufflePatches"));
  exports.Set("nearest", Napi::Function::New<find_nearest>(env, "nearest"));
  exports.Set("innerProducts", Napi::Function::New<inner_products>(env, "innerProducts"));
  exports.Set("objective", Napi::Function::New<evaluate_objective>(env, "objective"));
  return exports;
}

NODE_API_MODULE(anagram, init)

}  // namespace anagram::binding
