#include "binding/convert.h"

#include <cstring>

#include "binding/failure.h"

namespace anagram::binding {

namespace {

struct ArrayClass {
  napi_typedarray_type type;
  const char* name;
};

ArrayClass class_for(torch::Dtype dtype) {
  switch (dtype) {
    case torch::kUInt8:
      return {napi_uint8_array, "Uint8Array"};
    case torch::kInt32:
      return {napi_int32_array, "Int32Array"};
    case torch::kFloat32:
      return {napi_float32_array, "Float32Array"};
    case torch::kFloat64:
      return {napi_float64_array, "Float64Array"};
    default:
      TORCH_CHECK(false, "no typed array holds ", dtype);
  }
}

std::string shape_text(at::IntArrayRef shape) {
  std::string text;
  for (const int64_t size : shape) text += (text.empty() ? "" : " × ") + std::to_string(size);
  return text;
}

Napi::TypedArray array_of(const Napi::Value& value, const std::string& name, torch::Dtype dtype) {
  const ArrayClass wanted = class_for(dtype);
  if (!value.IsTypedArray()) {
    refuse(value.Env(), name + " must be a " + wanted.name + ".");
  }
  auto array = value.As<Napi::TypedArray>();
  if (array.TypedArrayType() != wanted.type) {
    refuse(value.Env(), name + " must be a " + wanted.name + ", not another class of typed array.");
  }
  return array;
}

}  // namespace

int64_t length_of(const Napi::Value& value, const std::string& name, torch::Dtype dtype) {
  return static_cast<int64_t>(array_of(value, name, dtype).ElementLength());
}

torch::Tensor copy_in(const Napi::Value& value, const std::string& name, torch::Dtype dtype,
                      at::IntArrayRef shape) {
  const Napi::TypedArray array = array_of(value, name, dtype);
  const int64_t count = c10::multiply_integers(shape);
  const auto received = static_cast<int64_t>(array.ElementLength());
  if (received != count) {
    refuse(value.Env(), name + " must have " + (shape.size() > 1 ? shape_text(shape) + " = " : "") +
                            std::to_string(count) + " values, received " +
                            std::to_string(received) + ".");
  }
  torch::Tensor tensor = torch::empty(shape, dtype);
  if (count > 0) {
    const auto* bytes =
        static_cast<const uint8_t*>(array.ArrayBuffer().Data()) + array.ByteOffset();
    std::memcpy(tensor.data_ptr(), bytes, array.ByteLength());
  }
  return tensor;
}

torch::Tensor to_host(const torch::Tensor& tensor) {
  return tensor.detach().to(torch::kCPU).contiguous();
}

Napi::Value copy_out(Napi::Env env, const torch::Tensor& tensor) {
  const size_t count = tensor.numel();
  auto buffer = Napi::ArrayBuffer::New(env, tensor.nbytes());
  if (count > 0) std::memcpy(buffer.Data(), tensor.const_data_ptr(), tensor.nbytes());
  switch (tensor.scalar_type()) {
    case torch::kUInt8:
      return Napi::Uint8Array::New(env, count, buffer, 0);
    case torch::kInt32:
      return Napi::Int32Array::New(env, count, buffer, 0);
    case torch::kFloat64:
      return Napi::Float64Array::New(env, count, buffer, 0);
    default:
      TORCH_CHECK(tensor.scalar_type() == torch::kFloat32, "no typed array holds ",
                  tensor.scalar_type());
      return Napi::Float32Array::New(env, count, buffer, 0);
  }
}

}  // namespace anagram::binding
