// CLIP's modified ResNet (Radford et al. 2021, §2.4): a stem of three convolutions, strides
// preceded by average pooling so that nothing aliases, and attention pooling whose one query is the
// mean of the feature map.
#include <cmath>
#include <string>

#include "nn/image_tower.h"

namespace anagram {

using torch::Tensor;

namespace {

class Bottleneck : public torch::nn::Module {
 public:
  static constexpr int64_t expansion = 4;

  Bottleneck(int64_t in, int64_t planes, int64_t stride, const Fresh& fresh) : stride_(stride) {
    conv1_ = register_module("conv1", Conv(in, planes, 1, 1, 0, fresh));
    bn1_ = register_module("bn1", BatchNorm(planes, fresh));
    conv2_ = register_module("conv2", Conv(planes, planes, 3, 1, 1, fresh));
    bn2_ = register_module("bn2", BatchNorm(planes, fresh));
    conv3_ = register_module("conv3", Conv(planes, planes * expansion, 1, 1, 0, fresh));
    bn3_ = register_module("bn3", BatchNorm(planes * expansion, fresh));
    torch::NoGradGuard no_grad;
    bn3_->weight.zero_();  // each block starts as the identity
    if (stride > 1 || in != planes * expansion) {
      auto downsample = register_module("downsample", std::make_shared<torch::nn::Module>());
      shortcut_ = downsample->register_module("0", Conv(in, planes * expansion, 1, 1, 0, fresh));
      shortcut_norm_ = downsample->register_module("1", BatchNorm(planes * expansion, fresh));
    }
  }

  Tensor forward(const Tensor& x) {
    auto y = bn1_->forward(conv1_->forward(x)).relu_();
    y = bn2_->forward(conv2_->forward(y)).relu_();
    if (stride_ > 1) y = at::avg_pool2d(y, stride_);
    y = bn3_->forward(conv3_->forward(y));
    if (!shortcut_) return y.add_(x).relu_();
    const auto pooled = stride_ > 1 ? at::avg_pool2d(x, stride_) : x;
    return y.add_(shortcut_norm_->forward(shortcut_->forward(pooled))).relu_();
  }

 private:
  int64_t stride_;
  Conv conv1_{nullptr}, conv2_{nullptr}, conv3_{nullptr}, shortcut_{nullptr};
  BatchNorm bn1_{nullptr}, bn2_{nullptr}, bn3_{nullptr}, shortcut_norm_{nullptr};
};

class AttentionPool : public torch::nn::Module {
 public:
  AttentionPool(int64_t side, int64_t channels, int64_t heads, int64_t out, const Fresh& fresh)
      : heads_(heads) {
    const double scale = 1 / std::sqrt(static_cast<double>(channels));
    positional_embedding_ = register_parameter("positional_embedding",
                                               fresh.normal({side * side + 1, channels}, scale));
    k_proj_ = register_module("k_proj", Linear(channels, channels, fresh));
    q_proj_ = register_module("q_proj", Linear(channels, channels, fresh));
    v_proj_ = register_module("v_proj", Linear(channels, channels, fresh));
    c_proj_ = register_module("c_proj", Linear(channels, out, fresh));
    for (auto& linear : {k_proj_, q_proj_, v_proj_, c_proj_}) redraw(linear->weight, scale, fresh);
  }

  Tensor forward(const Tensor& features) const {  // (B, C, H, W)
    const auto rows = features.size(0), channels = features.size(1);
    auto tokens = features.flatten(2).transpose(1, 2);  // (B, HW, C)
    tokens = at::cat({tokens.mean(1, /*keepdim=*/true), tokens}, 1) + positional_embedding_;
    const auto split = [&](const Tensor& x) {  // (B, ·, C) → (B, heads, ·, C/heads)
      return x.view({rows, -1, heads_, channels / heads_}).transpose(1, 2);
    };
    const auto q = split(q_proj_->forward(tokens.slice(1, 0, 1)));
    const auto k = split(k_proj_->forward(tokens)), v = split(v_proj_->forward(tokens));
    const auto mixed = at::scaled_dot_product_attention(q, k, v);  // (B, heads, 1, C/heads)
    return c_proj_->forward(mixed.transpose(1, 2).reshape({rows, channels}));
  }

 private:
  int64_t heads_;
  Tensor positional_embedding_;
  Linear k_proj_{nullptr}, q_proj_{nullptr}, v_proj_{nullptr}, c_proj_{nullptr};
};

class ResNet : public ImageTower {
 public:
  ResNet(const ClipConfig& clip, const Fresh& fresh) {
    const auto& config = clip.vision;
    const auto width = config.width;
    conv1_ = register_module("conv1", Conv(3, width / 2, 3, 2, 1, fresh));
    bn1_ = register_module("bn1", BatchNorm(width / 2, fresh));
    conv2_ = register_module("conv2", Conv(width / 2, width / 2, 3, 1, 1, fresh));
    bn2_ = register_module("bn2", BatchNorm(width / 2, fresh));
    conv3_ = register_module("conv3", Conv(width / 2, width, 3, 1, 1, fresh));
    bn3_ = register_module("bn3", BatchNorm(width, fresh));
    int64_t in = width;
    for (size_t stage = 0; stage < config.resnet_layers.size(); ++stage) {
      auto layer = register_module("layer" + std::to_string(stage + 1), torch::nn::ModuleList());
      const auto planes = width << stage;
      for (int64_t block = 0; block < config.resnet_layers[stage]; ++block) {
        const int64_t stride = stage > 0 && block == 0 ? 2 : 1;
        blocks_.push_back(std::make_shared<Bottleneck>(in, planes, stride, fresh));
        layer->push_back(blocks_.back());
        in = planes * Bottleneck::expansion;
      }
    }
    pool_ = register_module(
        "attnpool", std::make_shared<AttentionPool>(config.image_size / 32, in, config.heads,
                                                    clip.embed_dim, fresh));
  }

  Tensor forward(const Tensor& pixels) override {
    auto x = pixels.contiguous(at::MemoryFormat::ChannelsLast);
    x = bn1_->forward(conv1_->forward(x)).relu_();
    x = bn2_->forward(conv2_->forward(x)).relu_();
    x = bn3_->forward(conv3_->forward(x)).relu_();
    x = at::avg_pool2d(x, 2);
    for (const auto& block : blocks_) x = block->forward(x);
    return pool_->forward(x);
  }

 private:
  Conv conv1_{nullptr}, conv2_{nullptr}, conv3_{nullptr};
  BatchNorm bn1_{nullptr}, bn2_{nullptr}, bn3_{nullptr};
  std::vector<std::shared_ptr<Bottleneck>> blocks_;
  std::shared_ptr<AttentionPool> pool_;
};

}  // namespace

std::shared_ptr<ImageTower> make_resnet(const ClipConfig& config, const Fresh& fresh) {
  return std::make_shared<ResNet>(config, fresh);
}

}  // namespace anagram
