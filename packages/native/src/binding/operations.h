// The functions of the contract that need no handle.
#pragma once

#include <napi.h>

namespace anagram::binding {

Napi::Value resize_pixels(const Napi::CallbackInfo& info);
Napi::Value resize_grid(const Napi::CallbackInfo& info);
Napi::Value shuffle_pixels(const Napi::CallbackInfo& info);
Napi::Value find_nearest(const Napi::CallbackInfo& info);
Napi::Value inner_products(const Napi::CallbackInfo& info);
Napi::Value evaluate_objective(const Napi::CallbackInfo& info);

}  // namespace anagram::binding
