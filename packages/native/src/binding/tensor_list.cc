#include "binding/tensor_list.h"

#include "binding/failure.h"

namespace anagram::binding {

TensorList::TensorList(const std::vector<NamedTensor>& tensors) {
  for (const NamedTensor& named : tensors) {
    list_.push_back({named.name, named.tensor.sizes().vec(), named.trainable});
    bytes_ += static_cast<int64_t>(named.tensor.nbytes());
  }
}

Napi::Value TensorList::to_js(Napi::Env env) const {
  auto list = Napi::Array::New(env, list_.size());
  for (uint32_t i = 0; i < list_.size(); i++) {
    auto shape = Napi::Array::New(env, list_[i].shape.size());
    for (uint32_t d = 0; d < list_[i].shape.size(); d++)
      shape.Set(d, static_cast<double>(list_[i].shape[d]));
    auto item = Napi::Object::New(env);
    item.Set("name", list_[i].name);
    item.Set("shape", shape);
    item.Set("trainable", list_[i].trainable);
    list.Set(i, item);
  }
  return list;
}

const TensorInfo& TensorList::find(Napi::Env env, const std::string& name) const {
  for (const TensorInfo& info : list_) {
    if (info.name == name) return info;
  }
  refuse(env, "There is no tensor called '" + name +
                  "' here; tensors() and stateTensors() list the names.");
}

}  // namespace anagram::binding
