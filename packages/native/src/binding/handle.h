// A JavaScript object that owns something on the engine's side: `dispose()` lets go of it, the
// garbage collector does so at the latest. Jobs hold their own share, so disposing never pulls
// anything away from under a running step.
#pragma once

#include <napi.h>

#include <memory>
#include <string>
#include <utility>

#include "binding/engine.h"

namespace anagram::binding {

template <class State>
class Handle {
 public:
  Handle(Napi::Env env, std::shared_ptr<Engine> engine, std::shared_ptr<State> state, int64_t bytes,
         const char* noun)
      : engine_(std::move(engine)), state_(std::move(state)), bytes_(bytes), noun_(noun) {
    // Else the garbage collector sees a few bytes and never runs.
    Napi::MemoryManagement::AdjustExternalMemory(env, bytes_);
  }

  // Idempotent.
  void let_go(Napi::BasicEnv env) {
    if (!state_) return;
    Napi::MemoryManagement::AdjustExternalMemory(env, -bytes_);
    engine_->release(std::exchange(state_, nullptr));
  }

  std::shared_ptr<State> share(Napi::Env env) const {
    if (state_) return state_;
    throw to_error(env, {"disposed", std::string("This ") + noun_ +
                                         " was disposed; it can no longer be used."});
  }

 private:
  std::shared_ptr<Engine> engine_;
  std::shared_ptr<State> state_;
  int64_t bytes_;
  const char* noun_;
};

}  // namespace anagram::binding
