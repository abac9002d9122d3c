"""What is lost where every linear layer multiplies whole numbers: python whole_numbers.py

docs/performance.md tells why Heed's kernels don't. Weights and inputs are rounded to integers with a scale for each
block of the inner dimension, as large as sums of 32 bits allow; the rest is in double precision. Prints, for each size of
block, how far the embedded model's attention and logits are off on the samples that come with Heed.
"""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional
from transformers import ViTForImageClassification, ViTImageProcessor

PUBLIC = Path(__file__).parents[2] / "public"

BLOCKS = {32: 8100, 16: 11500, 8: 16383}
"""Inputs that share a scale, and the largest integer: block · largest² is what a sum of 32 bits just holds."""


def rounded(values: Tensor, block: int, largest: int) -> Tensor:
    """Values [..., inner] as integers times a scale for each block."""
    inner = values.shape[-1]
    blocks = functional.pad(values, (0, -inner % block)).unflatten(-1, (-1, block))
    scale = blocks.abs().amax(-1, keepdim=True).clamp_min(1e-30) / largest
    return ((blocks / scale).round() * scale).flatten(-2)[..., :inner]


def read_samples(processor: ViTImageProcessor) -> Tensor:
    """The samples in the model's size: [picture, channel, y, x]."""
    size = (processor.size["width"], processor.size["height"])
    pictures = []
    for path in sorted((PUBLIC / "samples").glob("*.jpg")):
        picture = Image.open(path).convert("RGB").resize(size, Image.Resampling.BICUBIC)
        scaled = np.asarray(picture, dtype=np.float64) / 255
        pictures.append((scaled - processor.image_mean) / processor.image_std)
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)


@torch.no_grad()
def main() -> None:
    folder = PUBLIC / "models/heed-vit"
    model = ViTForImageClassification.from_pretrained(folder, attn_implementation="eager").double().eval()
    pixels = read_samples(ViTImageProcessor.from_pretrained(folder))
    exact = model(pixels, output_attentions=True)
    layers = [layer for layer in model.vit.modules() if isinstance(layer, nn.Linear)]
    weights = [layer.weight.data for layer in layers]
    for block, largest in BLOCKS.items():
        hooks = []
        for layer, weight in zip(layers, weights, strict=True):
            layer.weight.data = rounded(weight, block, largest)
            hooks.append(
                layer.register_forward_pre_hook(
                    lambda _, inputs, block=block, largest=largest: rounded(inputs[0], block, largest)
                )
            )
        run = model(pixels, output_attentions=True)
        for hook in hooks:
            hook.remove()
        attention = max((a - b).abs().max().item() for a, b in zip(run.attentions, exact.attentions, strict=True))
        logits = ((run.logits - exact.logits).abs().max() / exact.logits.abs().max()).item()
        print(f"a scale for {block} inputs, integers to {largest}: attention {attention:.1e}, logits {logits:.1e}")


if __name__ == "__main__":
    main()
