// NativeTrainer of lib/binding.ts.
#pragma once

#include <napi.h>

#include <memory>

#include "binding/handle.h"
#include "binding/model.h"
#include "train/trainer.h"

namespace anagram::binding {

struct TrainerState {
  TrainerState(std::shared_ptr<ModelState> model, const TrainerConfig& config)
      : model(std::move(model)),
        trainer(this->model->clip, config),
        list(trainer.state_tensors()) {}
  std::shared_ptr<ModelState> model;
  Trainer trainer;
  TensorList list;
};

// What JavaScript sees of the step count. JavaScript thread only; apart from the state, so that a
// job's result never holds the last share of something large.
struct StepCounter {
  int64_t applied = 0;
  int64_t under_way = 0;
};

class TrainerHandle : public Napi::ObjectWrap<TrainerHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  // createTrainer(model, config)
  static Napi::Value create(const Napi::CallbackInfo& info);

  explicit TrainerHandle(const Napi::CallbackInfo& info);
  void Finalize(Napi::BasicEnv env) override { handle_->let_go(env); }

 private:
  // A share in the steps under way, for the life of a job.
  std::shared_ptr<StepCounter> ticket();
  Napi::Value step(const Napi::CallbackInfo& info);
  Napi::Value begin(const Napi::CallbackInfo& info);
  Napi::Value finish(const Napi::CallbackInfo& info);
  Napi::Value state_tensors(const Napi::CallbackInfo& info);
  Napi::Value read_state(const Napi::CallbackInfo& info);
  Napi::Value write_state(const Napi::CallbackInfo& info);
  Napi::Value step_count(const Napi::CallbackInfo& info);
  void set_step_count(const Napi::CallbackInfo& info);
  void dispose(const Napi::CallbackInfo& info) { handle_->let_go(info.Env()); }

  std::unique_ptr<Handle<TrainerState>> handle_;
  std::shared_ptr<StepCounter> counter_ = std::make_shared<StepCounter>();
};

}  // namespace anagram::binding
