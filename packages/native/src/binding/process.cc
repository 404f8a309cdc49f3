#include "binding/process.h"

#include <ATen/Version.h>
#include <torch/cuda.h>
#include <torch/version.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <string>

#include "binding/engine.h"
#include "binding/settings.h"

namespace anagram::binding {

namespace {

// libtorch has no function for its own version; its build settings name it.
std::string libtorch_version() {
  const std::string settings = at::show_config();
  const std::string key = "TORCH_VERSION=";
  const size_t start = settings.find(key);
  if (start == std::string::npos) return "unknown";
  const size_t from = start + key.size();
  return settings.substr(from, settings.find_first_not_of("0123456789.", from) - from);
}

}  // namespace

Napi::Value info(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const bool cuda = torch::cuda::is_available();
  auto devices = Napi::Array::New(env);
  devices.Set(uint32_t{0}, "cpu");
  const uint32_t cards = cuda ? static_cast<uint32_t>(torch::cuda::device_count()) : 0;
  for (uint32_t i = 0; i < cards; i++) devices.Set(i + 1, "cuda:" + std::to_string(i));

  auto object = Napi::Object::New(env);
  object.Set("libtorch", libtorch_version());
  object.Set("compiledAgainst", TORCH_VERSION);
  object.Set("cuda", cuda);
  object.Set("devices", devices);
  object.Set("threads", Engine::threads());
  return object;
}

void set_threads(const Napi::CallbackInfo& info) {
  Engine::set_threads(static_cast<int>(read_integer(info[0], "count", 1, 4096)));
}

void stop(const Napi::CallbackInfo& info) { context_of(info.Env()).stop(info.Env()); }

void trim_memory(const Napi::CallbackInfo&) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace anagram::binding
