// NativeModel of lib/binding.ts.
#pragma once

#include <napi.h>

#include <memory>

#include "binding/handle.h"
#include "binding/tensor_list.h"
#include "nn/clip.h"

namespace anagram::binding {

struct ModelState {
  ModelState(Clip clip, std::shared_ptr<Engine> engine)
      : clip(std::move(clip)), engine(std::move(engine)), list(this->clip->tensors()) {}
  Clip clip;
  // All work on this model runs there, its trainers' too.
  std::shared_ptr<Engine> engine;
  TensorList list;
};

class Model : public Napi::ObjectWrap<Model> {
 public:
  static Napi::Function define(Napi::Env env);
  // createModel(config, seed, device)
  static Napi::Value create(const Napi::CallbackInfo& info);
  // The model behind `value`; refused unless it is one of ours and not disposed.
  static std::shared_ptr<ModelState> share(const Napi::Value& value);

  explicit Model(const Napi::CallbackInfo& info);
  void Finalize(Napi::BasicEnv env) override { handle_->let_go(env); }

 private:
  Napi::Value tensors(const Napi::CallbackInfo& info);
  Napi::Value read_tensor(const Napi::CallbackInfo& info);
  Napi::Value write_tensor(const Napi::CallbackInfo& info);
  Napi::Value encode_images(const Napi::CallbackInfo& info);
  Napi::Value encode_texts(const Napi::CallbackInfo& info);
  Napi::Value logit_scale(const Napi::CallbackInfo& info);
  void dispose(const Napi::CallbackInfo& info) { handle_->let_go(info.Env()); }

  std::unique_ptr<Handle<ModelState>> handle_;
};

}  // namespace anagram::binding
