// The one place where tensors are built from JavaScript's typed arrays and read back into them.
//
// Everything is copied, in both directions. A typed array that the engine thread reads later could
// be resized, transferred or written to meanwhile, and a memcpy is cheap beside a training step;
// external buffers over a tensor's memory are refused by runtimes with a memory cage (Electron) and
// copied by structuredClone anyway.
#pragma once

#include <napi.h>
#include <torch/types.h>

#include <string>

namespace anagram::binding {

// Number of elements of a typed array of the class that holds `dtype` (Uint8Array, Int32Array,
// Float32Array).
int64_t length_of(const Napi::Value& value, const std::string& name, torch::Dtype dtype);

// A copy of the typed array `value` as a contiguous CPU tensor of this shape; refused unless class
// and length fit.
torch::Tensor copy_in(const Napi::Value& value, const std::string& name, torch::Dtype dtype,
                      at::IntArrayRef shape);

// Engine thread: the form that `copy_out` reads.
torch::Tensor to_host(const torch::Tensor& tensor);

// A fresh Uint8Array, Int32Array, Float32Array or Float64Array with the values of a contiguous CPU
// tensor.
Napi::Value copy_out(Napi::Env env, const torch::Tensor& tensor);

}  // namespace anagram::binding
