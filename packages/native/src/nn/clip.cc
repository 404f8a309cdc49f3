#include "nn/clip.h"

#include <bit>
#include <cmath>

#include "nn/image_tower.h"

namespace anagram {

using torch::Tensor;

namespace {

void check_siglip(const ClipConfig& config) {
  const auto& siglip = *config.siglip;
  const auto& vision = config.vision;
  TORCH_CHECK(vision.kind == VisionKind::transformer && vision.stem == Stem::patch,
              "model config: SigLIP's image tower is a transformer with a patch stem.");
  TORCH_CHECK(!config.quick_gelu, "model config: SigLIP takes GELU, received quickGelu.");
  TORCH_CHECK(vision.width == config.embed_dim,
              "model config: SigLIP embeds pictures in the image tower's width ", vision.width,
              ", received an embedDim of ", config.embed_dim, ".");
  TORCH_CHECK(siglip.pad_token >= 0 && siglip.pad_token < config.text.vocab_size,
              "model config: expected a padToken from 0 to ", config.text.vocab_size - 1,
              ", received ", siglip.pad_token, ".");
  TORCH_CHECK(std::isfinite(siglip.logit_bias_init),
              "model config: expected a finite logitBiasInit, received ", siglip.logit_bias_init,
              ".");
}

void check_config(const ClipConfig& config) {
  const auto positive = [](const char* what, double value) {
    TORCH_CHECK(value > 0 && std::isfinite(value), "model config: expected a positive ", what,
                ", received ", value, ".");
  };
  const auto& vision = config.vision;
  const auto& text = config.text;
  positive("embedDim", config.embed_dim);
  positive("vision imageSize", vision.image_size);
  positive("vision width", vision.width);
  positive("vision heads", vision.heads);
  positive("text contextLength", text.context_length);
  positive("text vocabSize", text.vocab_size);
  positive("text width", text.width);
  positive("text heads", text.heads);
  positive("text layers", text.layers);
  positive("text mlpRatio", text.mlp_ratio);
  for (const auto deviation : config.image_std) positive("imageStd", deviation);
  TORCH_CHECK(std::isfinite(config.logit_scale_init),
              "model config: expected a finite logitScaleInit, received ", config.logit_scale_init,
              ".");
  TORCH_CHECK(text.width % text.heads == 0,
              "model config: expected text width to be a multiple of its ", text.heads,
              " heads, received ", text.width, ".");
  if (config.siglip) check_siglip(config);
  if (config.knowledge) {
    positive("knowledge layers", config.knowledge->layers);
    positive("knowledge weight", config.knowledge->weight);
  }
  if (config.regions) {
    TORCH_CHECK(vision.kind == VisionKind::transformer && !config.siglip,
                "model config: regions are read by CLIP's vision transformer alone.");
    positive("regions width", config.regions->width);
    TORCH_CHECK(config.regions->layers >= 1 && config.regions->layers <= vision.layers,
                "model config: expected regions layers from 1 to the image tower's ", vision.layers,
                ", received ", config.regions->layers, ".");
  }
  if (vision.kind == VisionKind::resnet) {
    TORCH_CHECK(vision.width % 2 == 0, "model config: expected an even ResNet width, received ",
                vision.width, ".");
    TORCH_CHECK(vision.width * 32 % vision.heads == 0,
                "model config: expected 32 × ResNet width = ", vision.width * 32,
                " to be a multiple of its ", vision.heads, " heads.");
    for (const auto layers : vision.resnet_layers) positive("count of ResNet layers", layers);
    const auto side = (vision.image_size + 1) / 2 / 16;
    TORCH_CHECK(vision.image_size >= 32 && side == vision.image_size / 32,
                "model config: expected a ResNet imageSize of at least 32 (best a multiple of 32), "
                "received ",
                vision.image_size, ".");
    return;
  }
  positive("vision patchSize", vision.patch_size);
  positive("vision layers", vision.layers);
  positive("vision mlpRatio", vision.mlp_ratio);
  TORCH_CHECK(vision.width % vision.heads == 0,
              "model config: expected vision width to be a multiple of its ", vision.heads,
              " heads, received ", vision.width, ".");
  TORCH_CHECK(vision.image_size >= vision.patch_size,
              "model config: expected imageSize to be at least patchSize ", vision.patch_size,
              ", received ", vision.image_size, ".");
  TORCH_CHECK(
      vision.stem == Stem::patch ||
          (vision.patch_size >= 2 && std::has_single_bit(static_cast<uint64_t>(vision.patch_size))),
      "model config: a convolutional stem halves the picture step by step. Expected a power of two "
      "as "
      "patchSize, received ",
      vision.patch_size, ".");
}

ClipConfig checked(const ClipConfig& config) {
  check_config(config);
  return config;
}

Tensor channels(const std::array<double, 3>& values, torch::Device device, torch::Dtype dtype) {
  return (torch::tensor({values[0], values[1], values[2]}, torch::kFloat64) * 255)
      .to(device, dtype)
      .view({1, 3, 1, 1});
}

}  // namespace

ClipImpl::ClipImpl(const ClipConfig& config, uint64_t seed, torch::Device device,
                   torch::Dtype dtype)
    : config_(checked(config)) {
  const Fresh fresh{at::make_generator<at::CPUGeneratorImpl>(seed), dtype};
  logit_scale = register_parameter("logit_scale", fresh.full({}, config_.logit_scale_init));
  if (config_.siglip) {
    logit_bias = register_parameter("logit_bias", fresh.full({}, config_.siglip->logit_bias_init));
  }
  const auto make_image = config_.siglip                              ? make_siglip_image
                          : config_.vision.kind == VisionKind::resnet ? make_resnet
                                                                      : make_vision_transformer;
  visual_ = register_module("visual", make_image(config_, fresh));
  text_ = (config_.siglip ? make_siglip_text : make_text_transformer)(*this, config_, fresh);
  // Last, so that the towers begin as they would without it.
  if (config_.knowledge) knowledge_ = register_module("knowledge", Knowledge(config_, fresh));
  if (config_.regions) regions_ = register_module("regions", Regions(config_, fresh));
  mean_ = channels(config_.image_mean, device, dtype);
  std_ = channels(config_.image_std, device, dtype);
  to(device);
  eval();
}

Tensor ClipImpl::encode_image(const Tensor& pixels) {
  const auto side = config_.vision.image_size;
  const bool bytes = pixels.scalar_type() == torch::kUInt8;
  TORCH_CHECK(pixels.dim() == 4 &&
                  (bytes ? pixels.size(1) == side && pixels.size(2) == side && pixels.size(3) == 3
                         : pixels.size(1) == 3 && pixels.size(2) == side && pixels.size(3) == side),
              "image tower: expected ", bytes ? "uint8 (count, " : "float (count, 3, ", side, ", ",
              side, bytes ? ", 3)" : ")", ", received ", pixels.sizes(), ".");
  if (pixels.size(0) == 0)
    return torch::zeros({0, config_.embed_dim}, logit_scale.options().requires_grad(false));
  auto x = pixels.to(device());
  if (bytes) x = x.permute({0, 3, 1, 2});
  return unit(visual_->forward(x.to(dtype()).sub(mean_).div_(std_)));  // (B, D)
}

Tensor ClipImpl::encode_text(const Tensor& ids, const Tensor& lengths, const Triples& triples) {
  const auto& text = config_.text;
  TORCH_CHECK(ids.dim() == 2 && ids.size(1) >= 1 && ids.size(1) <= text.context_length,
              "text tower: expected token ids (count, up to ", text.context_length, "), received ",
              ids.sizes(), ".");
  TORCH_CHECK(lengths.dim() == 1 && lengths.size(0) == ids.size(0), "text tower: expected ",
              ids.size(0), " lengths, one for each text, received ", lengths.sizes(), ".");
  if (ids.size(0) == 0)
    return torch::zeros({0, config_.embed_dim}, logit_scale.options().requires_grad(false));
  const auto shortest = lengths.min().item<int64_t>(), longest = lengths.max().item<int64_t>();
  TORCH_CHECK(shortest >= 1 && longest <= ids.size(1), "text tower: expected lengths from 1 to ",
              ids.size(1), ", received ", shortest < 1 ? shortest : longest, ".");
  const auto lowest = ids.min().item<int64_t>(), highest = ids.max().item<int64_t>();
  TORCH_CHECK(lowest >= 0 && highest < text.vocab_size, "text tower: expected token ids from 0 to ",
              text.vocab_size - 1, ", received ", lowest < 0 ? lowest : highest, ".");
  TORCH_CHECK(knowledge_ || triples.count() == 0,
              "text tower: this model reads no triples, received ", triples.count(), ".");
  const auto rows = unit(text_->forward(ids, lengths));  // (B, D)
  return knowledge_ ? knowledge_->forward(rows, text_->token_table(), triples) : rows;
}

Tensor ClipImpl::encode_regions(const Tensor& features, const Tensor& counts) {
  TORCH_CHECK(regions_, "image tower: this model reads no regions, received those of ",
              counts.size(0), " pictures.");
  TORCH_CHECK(counts.dim() == 1 && counts.ge(1).all().item<bool>(),
              "regions: expected at least one of each picture.");
  const auto width = config_.regions->width;
  TORCH_CHECK(features.dim() == 2 && features.size(0) == counts.sum().item<int64_t>() &&
                  features.size(1) == width,
              "regions: expected features (", counts.sum().item<int64_t>(), ", ", width,
              "), received ", features.sizes(), ".");
  return unit(regions_->forward(features, counts, *visual_));  // (K, D)
}

std::vector<NamedTensor> ClipImpl::tensors() const {
  std::vector<NamedTensor> all;
  for (const auto& item : named_parameters()) all.push_back({item.key(), item.value(), true});
  for (const auto& item : named_buffers()) all.push_back({item.key(), item.value(), false});
  return all;
}

Tensor ClipImpl::tensor(const std::string& name) const {
  for (const auto& [key, value, trainable] : tensors()) {
    if (key == name) return value;
  }
  TORCH_CHECK(false, "model: there is no tensor named '", name,
              "'. Its tensors() lists those there are.");
}

void ClipImpl::write_tensor(const std::string& name, const Tensor& values) {
  const auto target = tensor(name);
  TORCH_CHECK(values.numel() == target.numel(), "model: expected ", target.numel(), " values for '",
              name, "' of shape ", target.sizes(), ", received ", values.numel(), ".");
  torch::NoGradGuard no_grad;
  target.copy_(values.view(target.sizes()));
}

}  // namespace anagram
