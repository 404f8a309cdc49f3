// What an optimizer is given to train: the model's own parameters and the adapters beside them.
#pragma once

#include <string>

#include "nn/libtorch.h"

namespace anagram {

struct Parameter {
  std::string name;
  torch::Tensor tensor;
  double rate = 1;  // factor of each step's learning rate
};

}  // namespace anagram
