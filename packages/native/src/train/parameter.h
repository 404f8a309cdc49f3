// What an optimizer is given to train: the model's own parameters and the adapters beside them.
#pragma once

#include <torch/torch.h>

#include <string>

namespace anagram {

struct Parameter {
  std::string name;
  torch::Tensor tensor;
  double rate = 1;  // factor of each step's learning rate
};

}  // namespace anagram
