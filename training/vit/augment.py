"""Augmentation of whole batches on the device that trains: no loader process, no second decoding.

Every function takes a `torch.Generator`, so that a step's pictures depend on its number alone
and a resumed run sees what an uninterrupted one would have seen.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

import mixing
import trivial
from checkpoint import MEAN, STD
from settings import Settings
from trivial import uniform


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


def random_crops(count: int, scale: tuple[float, float], generator: torch.Generator) -> Tensor:
    """Random resized crops as affine maps (count, 2, 3) from output to input coordinates in -1..1:
    a share of the area in `scale`, aspect 3/4..4/3, half of them mirrored."""
    area = uniform(count, *scale, generator)
    stretch = torch.exp(uniform(count, math.log(3 / 4), math.log(4 / 3), generator) / 2)
    width, height = (area.sqrt() * stretch).clamp(max=1), (area.sqrt() / stretch).clamp(max=1)
    mirror = 1 - 2 * (uniform(count, 0, 1, generator) < 0.5).float()
    left = uniform(count, -1, 1, generator) * (1 - width)
    top = uniform(count, -1, 1, generator) * (1 - height)
    zero = torch.zeros_like(area)
    rows = [torch.stack([width * mirror, zero, left], 1), torch.stack([zero, height, top], 1)]
    return torch.stack(rows, 1)


def sample(images: Tensor, maps: Tensor, side: int) -> Tensor:
    """Images seen through affine maps (batch, 2, 3), side x side, bilinear."""
    grid = F.affine_grid(maps, [len(images), 3, side, side], align_corners=False)
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
    """uint8 images (batch, 64, 64, 3) and labels (batch,) to augmented, normalised pixels
    (batch, 3, side, side) and targets: labels, or shares (batch, 207) where pictures are mixed."""
    maps = random_crops(len(images), (settings.crop_low, 1.0), generator)
    pixels = to_float(images)
    if settings.trivial_augment:
        choice = trivial.choose(len(images), generator)
        pixels = trivial.colour(pixels, choice)
        maps = trivial.warp(maps, choice)
    pixels = sample(pixels, maps, side)
    if settings.jitter > 0:
        pixels = jitter(pixels, settings.jitter, generator)
    pixels = normalise(pixels)
    if settings.erase > 0:
        pixels = mixing.erase(pixels, settings.erase, generator)
    if settings.mixup > 0 or settings.cutmix > 0:
        return mixing.mix(pixels, labels, settings.mixup, settings.cutmix, generator)
    return pixels, labels
