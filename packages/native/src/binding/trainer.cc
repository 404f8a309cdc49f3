#include "binding/trainer.h"

#include <limits>

#include "binding/batch.h"
#include "binding/config.h"
#include "binding/convert.h"

namespace anagram::binding {

namespace {

constexpr napi_type_tag kStateTag{0x51c8e07fd26b4a39, 0xb7309d1ce4f28a65};

struct Done {
  StepResult result;
  int64_t step_count;
};

// Engine thread.
Done done(TrainerState& state, StepResult result) {
  result.own_margin = to_host(result.own_margin);
  result.pair_loss = to_host(result.pair_loss);
  return {std::move(result), state.trainer.step_count()};
}

}  // namespace

Napi::Function TrainerHandle::define(Napi::Env env) {
  return DefineClass(
      env, "NativeTrainer",
      {InstanceMethod<&TrainerHandle::step>("step"), InstanceMethod<&TrainerHandle::begin>("begin"),
       InstanceMethod<&TrainerHandle::finish>("finish"),
       InstanceMethod<&TrainerHandle::state_tensors>("stateTensors"),
       InstanceMethod<&TrainerHandle::read_state>("readState"),
       InstanceMethod<&TrainerHandle::write_state>("writeState"),
       InstanceAccessor<&TrainerHandle::step_count>("stepCount"),
       InstanceMethod<&TrainerHandle::set_step_count>("setStepCount"),
       InstanceMethod<&TrainerHandle::dispose>("dispose")});
}

TrainerHandle::TrainerHandle(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<TrainerHandle>(info) {
  using State = Napi::External<std::shared_ptr<TrainerState>>;
  if (!info[0].IsExternal() || !info[0].As<State>().CheckTypeTag(&kStateTag)) {
    refuse(info.Env(), "A trainer is made by createTrainer().");
  }
  const std::shared_ptr<TrainerState>& state = *info[0].As<State>().Data();
  handle_ = std::make_unique<Handle<TrainerState>>(info.Env(), state->model->engine, state,
                                                   state->list.bytes(), "trainer");
}

Napi::Value TrainerHandle::create(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    auto model = Model::share(info[0]);
    const TrainerConfig config = read_trainer_config({info[1], "config"});
    return model->engine->run(
        env, [model, config] { return std::make_shared<TrainerState>(model, config); },
        [](Napi::Env env, std::shared_ptr<TrainerState>& state) -> Napi::Value {
          auto external = Napi::External<std::shared_ptr<TrainerState>>::New(env, &state);
          external.TypeTag(&kStateTag);
          return context_of(env).trainer_class.New({external});
        });
  });
}

std::shared_ptr<StepCounter> TrainerHandle::ticket() {
  counter_->under_way++;
  return {counter_.get(), [counter = counter_](StepCounter* steps) { steps->under_way--; }};
}

Napi::Value TrainerHandle::step(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    auto state = handle_->share(env);
    Batch batch = read_batch({info[0], "batch"}, state->model->clip->config());
    const double learning_rate = read_number(info[1], "learningRate", 0);
    return state->model->engine->run(
        env,
        [state, batch = std::move(batch), learning_rate] {
          return done(*state, state->trainer.step(batch, learning_rate));
        },
        [ticket = ticket()](Napi::Env env, Done& done) {
          ticket->applied = done.step_count;
          return write_step_result(env, done.result);
        });
  });
}

Napi::Value TrainerHandle::begin(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    auto state = handle_->share(env);
    Batch batch = read_batch({info[0], "batch"}, state->model->clip->config());
    return state->model->engine->run(
        env, [state, batch = std::move(batch)] { return state->trainer.begin(batch); },
        [ticket = ticket()](Napi::Env env, Embedded& embedded) {
          auto object = Napi::Object::New(env);
          object.Set("images", copy_out(env, embedded.images));
          object.Set("texts", copy_out(env, embedded.texts));
          object.Set("logitScale", embedded.logit_scale);
          object.Set("logitBias", embedded.logit_bias ? Napi::Number::New(env, *embedded.logit_bias)
                                                      : env.Null());
          return object;
        });
  });
}

Napi::Value TrainerHandle::finish(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    auto state = handle_->share(env);
    const int64_t width = state->model->clip->config().embed_dim;
    const Settings input(info[0], "gradients");
    const auto rows = [&](const char* name) {
      const int64_t length = length_of(input.value(name), input.path(name), torch::kFloat32);
      return copy_in(input.value(name), input.path(name), torch::kFloat32, {length / width, width});
    };
    constexpr double kLowest = std::numeric_limits<double>::lowest();
    EmbeddingGradients gradients{input.number("loss", kLowest), rows("images"), rows("texts"),
                                 input.number("logitScale", kLowest),
                                 input.number("logitBias", kLowest)};
    const double learning_rate = read_number(info[1], "learningRate", 0);
    return state->model->engine->run(
        env,
        [state, gradients = std::move(gradients), learning_rate] {
          return done(*state, state->trainer.finish(gradients, learning_rate));
        },
        [ticket = ticket()](Napi::Env env, Done& done) {
          ticket->applied = done.step_count;
          return write_step_result(env, done.result);
        });
  });
}

Napi::Value TrainerHandle::state_tensors(const Napi::CallbackInfo& info) {
  return handle_->share(info.Env())->list.to_js(info.Env());
}

Napi::Value TrainerHandle::read_state(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    auto state = handle_->share(env);
    const std::string name = state->list.find(env, read_word(info[0], "name")).name;
    return state->model->engine->run(
        env,
        [state, name] {
          return to_host(state->trainer.state_tensor(name).to(torch::kFloat32)).clone();
        },
        copy_out);
  });
}

Napi::Value TrainerHandle::write_state(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    auto state = handle_->share(env);
    const TensorInfo& target = state->list.find(env, read_word(info[0], "name"));
    const torch::Tensor values = copy_in(info[1], target.name, torch::kFloat32, target.shape);
    return state->model->engine->run(
        env,
        [state, name = target.name, values] {
          state->trainer.write_state(name, values);
          return true;
        },
        [](Napi::Env env, bool) { return env.Undefined(); });
  });
}

Napi::Value TrainerHandle::step_count(const Napi::CallbackInfo& info) {
  handle_->share(info.Env());
  return Napi::Number::New(info.Env(), static_cast<double>(counter_->applied));
}
void TrainerHandle::set_step_count(const Napi::CallbackInfo& info) {
  auto state = handle_->share(info.Env());
  const int64_t count = read_integer(info[0], "count", 0, kLargestInteger);
  if (counter_->under_way > 0) {
    refuse(info.Env(), "setStepCount() must wait until the steps under way have settled.");
  }
  // No step is queued or running, and the next one is queued after this.
  state->trainer.set_step_count(count);
  counter_->applied = count;
}

}  // namespace anagram::binding
