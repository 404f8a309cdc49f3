"""Anagram's convolutional stem in PyTorch, after Xiao et al. 2021: neither open_clip nor transformers has one."""

from torch import nn


class ChannelNorm(nn.LayerNorm):
    """Layer normalisation over the channels of a map (B, C, H, W)."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Projection(nn.Linear):
    """A 1×1 convolution whose weight is a matrix."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def with_conv_stem(visual, config):
    """Puts the stem in place of open_clip's `visual.conv1`: stride-2 convolutions that double their channels up to the width."""
    halvings = config["patch_size"].bit_length() - 1
    layers, channels = [], 3
    for stage in range(1, halvings + 1):
        wider = config["width"] >> (halvings - stage)
        layers += [nn.Conv2d(channels, wider, 3, 2, 1, bias=False), ChannelNorm(wider), nn.GELU()]
        channels = wider
    del visual.conv1
    visual.stem = nn.Sequential(*layers, Projection(channels, config["width"]))
    object.__setattr__(visual, "conv1", visual.stem)  # called there, and known as `stem` alone
