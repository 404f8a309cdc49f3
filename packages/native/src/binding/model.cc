#include "binding/model.h"

#include "binding/columns.h"
#include "binding/config.h"
#include "binding/convert.h"

namespace anagram::binding {

namespace {

// Checked before a wrapped object is unwrapped: the wrong one would be read as raw memory
// otherwise.
constexpr napi_type_tag kModelTag{0x3f6c1d0a52b84e97, 0xa1d47c29e86b05f3};
constexpr napi_type_tag kStateTag{0x9be25f7713c64d08, 0x84f0a6d3b95e217c};

}  // namespace

Napi::Function Model::define(Napi::Env env) {
  return DefineClass(env, "NativeModel",
                     {InstanceMethod<&Model::tensors>("tensors"),
                      InstanceMethod<&Model::read_tensor>("readTensor"),
                      InstanceMethod<&Model::write_tensor>("writeTensor"),
                      InstanceMethod<&Model::encode_images>("encodeImages"),
                      InstanceMethod<&Model::encode_texts>("encodeTexts"),
                      InstanceMethod<&Model::logit_scale>("logitScale"),
                      InstanceMethod<&Model::dispose>("dispose")});
}

Model::Model(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Model>(info) {
  using State = Napi::External<std::shared_ptr<ModelState>>;
  if (!info[0].IsExternal() || !info[0].As<State>().CheckTypeTag(&kStateTag)) {
    refuse(info.Env(), "A model is made by createModel().");
  }
  const std::shared_ptr<ModelState>& state = *info[0].As<State>().Data();
  handle_ = std::make_unique<Handle<ModelState>>(info.Env(), state->engine, state,
                                                 state->list.bytes(), "model");
  info.This().As<Napi::Object>().TypeTag(&kModelTag);
}

Napi::Value Model::create(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    const ClipConfig config = read_clip_config({info[0], "config"});
    const int64_t seed = read_integer(info[1], "seed", 0, kLargestInteger);
    const std::string device = read_word(info[2], "device");
    const auto engine = context_of(env).engine_for_model();
    return engine->run(
        env,
        [config, seed, device, engine] {
          return std::make_shared<ModelState>(
              Clip(config, static_cast<uint64_t>(seed), torch::Device(device)), engine);
        },
        [](Napi::Env env, std::shared_ptr<ModelState>& state) -> Napi::Value {
          auto external = Napi::External<std::shared_ptr<ModelState>>::New(env, &state);
          external.TypeTag(&kStateTag);
          return context_of(env).model_class.New({external});
        });
  });
}

std::shared_ptr<ModelState> Model::share(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kModelTag)) {
    refuse(value.Env(), "The model must be one that createModel() returned in this thread.");
  }
  return Unwrap(value.As<Napi::Object>())->handle_->share(value.Env());
}

Napi::Value Model::tensors(const Napi::CallbackInfo& info) {
  return handle_->share(info.Env())->list.to_js(info.Env());
}

Napi::Value Model::read_tensor(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    auto state = handle_->share(env);
    const std::string name = state->list.find(env, read_word(info[0], "name")).name;
    return state->engine->run(
        env,
        [state, name] { return to_host(state->clip->tensor(name).to(torch::kFloat32)).clone(); },
        copy_out);
  });
}

Napi::Value Model::write_tensor(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    auto state = handle_->share(env);
    const TensorInfo& target = state->list.find(env, read_word(info[0], "name"));
    const torch::Tensor values = copy_in(info[1], target.name, torch::kFloat32, target.shape);
    return state->engine->run(
        env,
        [state, name = target.name, values] {
          state->clip->write_tensor(name, values);
          return true;
        },
        [](Napi::Env env, bool) { return env.Undefined(); });
  });
}

Napi::Value Model::encode_images(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    auto state = handle_->share(env);
    const int64_t count = read_integer(info[1], "count", 0);
    const int64_t size = state->clip->config().vision.image_size;
    const torch::Tensor pixels = copy_in(info[0], "pixels", torch::kUInt8, {count, size, size, 3});
    return state->engine->run(
        env,
        [state, pixels] {
          const torch::NoGradGuard no_grad;
          return to_host(state->clip->encode_image(pixels).to(torch::kFloat32));
        },
        copy_out);
  });
}

Napi::Value Model::encode_texts(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    auto state = handle_->share(env);
    const TextConfig& text = state->clip->config().text;
    const int64_t count = length_of(info[1], "lengths", torch::kInt32);
    const torch::Tensor lengths = copy_in(info[1], "lengths", torch::kInt32, {count});
    const torch::Tensor ids = copy_in(info[0], "ids", torch::kInt32, {count, text.context_length});
    require_range(env, lengths, "lengths", 1, text.context_length);
    require_range(env, ids, "ids", 0, text.vocab_size - 1);
    const Triples triples = read_triples(info[2], "triples", count, text.vocab_size);
    return state->engine->run(
        env,
        [state, ids, lengths, triples] {
          const torch::NoGradGuard no_grad;
          return to_host(state->clip->encode_text(ids, lengths, triples).to(torch::kFloat32));
        },
        copy_out);
  });
}

Napi::Value Model::logit_scale(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    auto state = handle_->share(env);
    return state->engine->run(
        env, [state] { return state->clip->logit_scale.exp().item<double>(); },
        [](Napi::Env env, double value) { return Napi::Number::New(env, value); });
  });
}

}  // namespace anagram::binding
