"""Augmentation of whole batches on the device that trains: no loader process, no CPU decoding.

Every function takes a `torch.Generator`, so that a step's pictures depend on its number alone
and a resumed run sees what an uninterrupted one would have seen.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from checkpoint import MEAN, STD
from settings import Settings


def uniform(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    """Numbers (count,) between low and high, on the generator's device."""
    return torch.rand(count, generator=generator, device=generator.device) * (high - low) + low


def to_float(images: Tensor) -> Tensor:
    """Pixels (batch, side, side, 3) uint8 to (batch, 3, side, side) float32 in 0..1."""
    return images.permute(0, 3, 1, 2).float().div_(255)


def normalise(images: Tensor) -> Tensor:
    """(batch, 3, side, side) in 0..1 to the mean and spread the checkpoint declares."""
    mean = torch.tensor(MEAN, device=images.device).view(1, 3, 1, 1)
    std = torch.tensor(STD, device=images.device).view(1, 3, 1, 1)
    return (images - mean) / std


def resize(images: Tensor, side: int) -> Tensor:
    """Plain resize for evaluation, bilinear with antialiasing; nothing where the side is right."""
    if images.shape[-1] == side:
        return images
    return F.interpolate(images, (side, side), mode="bilinear", antialias=True)


def random_resized_crop(
    images: Tensor, side: int, scale: tuple[float, float], generator: torch.Generator
) -> Tensor:
    """A random part (share of the area in `scale`, aspect 3/4..4/3, half of them mirrored) at side x side."""
    batch = len(images)
    area = uniform(batch, *scale, generator)
    stretch = torch.exp(uniform(batch, math.log(3 / 4), math.log(4 / 3), generator) / 2)
    width, height = (area.sqrt() * stretch).clamp(max=1), (area.sqrt() / stretch).clamp(max=1)
    mirror = 1 - 2 * (uniform(batch, 0, 1, generator) < 0.5).float()
    zero = torch.zeros(batch, device=images.device)
    left = uniform(batch, -1, 1, generator) * (1 - width)
    top = uniform(batch, -1, 1, generator) * (1 - height)
    rows = [torch.stack([width * mirror, zero, left], 1), torch.stack([zero, height, top], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), [batch, 3, side, side], align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def jitter(images: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    """Brightness and contrast, each times 1 ± strength at random per image."""
    batch = len(images)
    brightness = uniform(batch, 1 - strength, 1 + strength, generator).view(-1, 1, 1, 1)
    contrast = uniform(batch, 1 - strength, 1 + strength, generator).view(-1, 1, 1, 1)
    mean = images.mean((1, 2, 3), keepdim=True)
    return ((images - mean) * contrast + mean * brightness).clamp(0, 1)


def batch(
    images: Tensor, labels: Tensor, side: int, settings: Settings, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """uint8 images (batch, 64, 64, 3) and labels to augmented, normalised pixels (batch, 3, side, side)
    and targets (batch,)."""
    pixels = random_resized_crop(to_float(images), side, (settings.crop_low, 1.0), generator)
    if settings.jitter > 0:
        pixels = jitter(pixels, settings.jitter, generator)
    return normalise(pixels), labels
