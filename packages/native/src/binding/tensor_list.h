// Names and shapes of tensors, taken once on the engine thread so that JavaScript may read them
// while it works.
#pragma once

#include <napi.h>

#include <string>
#include <vector>

#include "nn/clip.h"

namespace anagram::binding {

struct TensorInfo {
  std::string name;
  std::vector<int64_t> shape;
  bool trainable;
};

class TensorList {
 public:
  TensorList() = default;
  explicit TensorList(const std::vector<NamedTensor>& tensors);

  int64_t bytes() const { return bytes_; }
  Napi::Value to_js(Napi::Env env) const;
  // The entry called `name`; refused when there is none.
  const TensorInfo& find(Napi::Env env, const std::string& name) const;

 private:
  std::vector<TensorInfo> list_;
  int64_t bytes_ = 0;
};

}  // namespace anagram::binding
