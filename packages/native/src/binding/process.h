// What concerns the whole process: versions, threads, memory, the end.
#pragma once

#include <napi.h>

namespace anagram::binding {

Napi::Value info(const Napi::CallbackInfo& info);
void set_threads(const Napi::CallbackInfo& info);
void stop(const Napi::CallbackInfo& info);
void trim_memory(const Napi::CallbackInfo& info);

}  // namespace anagram::binding
