"""Mixup (arXiv 1710.09412), CutMix (arXiv 1905.04899) and random erasing (arXiv 1708.04896) of batches."""

import random

import torch
import torch.nn.functional as F
from torch import Tensor

from trivial import uniform

LABELS = 207


def inside(side: int, low: Tensor, high: Tensor) -> Tensor:
    """For every interval [low, high) (batch,) in pixels, which of `side` pixels it holds (batch, side)."""
    at = torch.arange(side, device=low.device)
    return (at >= low[:, None]) & (at < high[:, None])


def rectangle(side: int, width: Tensor, height: Tensor, generator: torch.Generator) -> Tensor:
    """Masks (batch, 1, side, side), true in a rectangle (pixels) round a random centre."""
    x = uniform(len(width), 0, side, generator)
    y = uniform(len(width), 0, side, generator)
    columns = inside(side, (x - width / 2).round(), (x + width / 2).round())
    rows = inside(side, (y - height / 2).round(), (y + height / 2).round())
    return (rows[:, :, None] & columns[:, None, :])[:, None]


def erase(pixels: Tensor, chance: float, generator: torch.Generator) -> Tensor:
    """Noise in a rectangle (2 to 33 % of the area, aspect 0.3 to 3.3) of some normalised images."""
    batch, _, side, _ = pixels.shape
    area = uniform(batch, 0.02, 1 / 3, generator) * side**2
    aspect = torch.exp(uniform(batch, -1.2, 1.2, generator))
    mask = rectangle(side, (area * aspect).sqrt(), (area / aspect).sqrt(), generator)
    mask = mask & (uniform(batch, 0, 1, generator) < chance).view(-1, 1, 1, 1)
    noise = torch.randn(pixels.shape, generator=generator, device=pixels.device)
    return torch.where(mask, noise, pixels)


def mix(
    pixels: Tensor, labels: Tensor, mixup: float, cutmix: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Mixes every image with the one before it in the batch, by mixup or CutMix (one of the two per
    batch, evenly where both are on), and gives pixels and shares of the labels (batch, 207).
    `mixup` and `cutmix` are the alphas of their Beta distributions, 0 for off."""
    draw = random.Random(generator.initial_seed())
    other = pixels.roll(1, 0)
    if mixup > 0 and (cutmix == 0 or draw.random() < 0.5):
        share = draw.betavariate(mixup, mixup)
        mixed = pixels * share + other * (1 - share)
    else:
        side = pixels.shape[-1]
        extent = torch.full((1,), side * (1 - draw.betavariate(cutmix, cutmix)) ** 0.5, device=pixels.device)
        mask = rectangle(side, extent, extent, generator)
        mixed = torch.where(mask, other, pixels)
        share = 1 - mask.float().mean()
    targets = F.one_hot(labels, LABELS).float()
    return mixed, targets * share + targets.roll(1, 0) * (1 - share)
