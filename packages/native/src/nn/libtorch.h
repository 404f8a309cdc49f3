// What we use of libtorch's C++ front end: tensors, modules, functions with a backward of their
// own. <torch/torch.h> brings every layer, optimizer and data loader besides, a fifth more for each
// unit to read. CMakeLists.txt precompiles this header.
#pragma once

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>
#include <torch/utils.h>
