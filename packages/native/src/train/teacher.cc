#include "train/teacher.h"

#include <utility>

#include "train/ema.h"

namespace anagram {

using torch::Tensor;

Teacher::Teacher(const Clip& model, std::vector<NamedTensor> changing, const TeacherConfig& config)
    : config_(config),
      copy_(model->config(), /*seed=*/0, model->device(), model->dtype()),
      student_(std::move(changing)) {
  TORCH_CHECK(config.decay >= 0 && config.decay <= 1,
              "teacher: expected a decay from 0 to 1, received ", config.decay, ".");
  const torch::NoGradGuard no_grad;
  for (auto& parameter : copy_->parameters()) parameter.requires_grad_(false);
  for (const auto& item : model->tensors()) copy_->tensor(item.name).copy_(item.tensor);
  for (const auto& item : student_) own_.push_back(copy_->tensor(item.name));
}

TeacherRows Teacher::embed(const Tensor& pictures, const Tensor& texts, const Tensor& lengths,
                           const Triples& triples) {
  const torch::NoGradGuard no_grad;
  return {copy_->encode_image(pictures), copy_->encode_text(texts, lengths, triples),
          copy_->logit_scale.exp()};
}

void Teacher::update() {
  if (config_.decay < 1) average_into(own_, student_, config_.decay);
}

std::vector<NamedTensor> Teacher::state_tensors() const {
  std::vector<NamedTensor> state;
  for (size_t i = 0; i < student_.size(); ++i)
    state.push_back({"teacher." + student_[i].name, own_[i], false});
  return state;
}

}  // namespace anagram
