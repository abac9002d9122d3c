"""TrivialAugment (Müller and Hutter 2021, arXiv 2103.10158, the "wide" space) for whole batches:
every image gets one operation, drawn evenly, at a strength drawn evenly.

The five geometric operations become part of the crop's affine map, so that each picture is
sampled once; the others work on pixels (batch, 3, height, width) in 0..1.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

AUTOCONTRAST, EQUALISE, POSTERISE, SOLARISE = range(1, 5)  # 0 leaves the image as it is
BRIGHTNESS, CONTRAST, SATURATION, SHARPNESS = range(5, 9)
ROTATE, SHEAR_X, SHEAR_Y, SHIFT_X, SHIFT_Y = range(9, 14)
OPERATIONS = 14


def uniform(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    """Numbers (count,) between low and high, on the generator's device."""
    return torch.rand(count, generator=generator, device=generator.device) * (high - low) + low


@dataclass(frozen=True)
class Choice:
    """One operation (batch,) and its signed strength (batch,) in -1..1 for every image."""

    operation: Tensor
    strength: Tensor


def choose(count: int, generator: torch.Generator) -> Choice:
    """A random choice for `count` images."""
    operation = torch.randint(OPERATIONS, (count,), generator=generator, device=generator.device)
    return Choice(operation, uniform(count, -1, 1, generator))


def grey(images: Tensor) -> Tensor:
    """Luma (batch, 1, height, width), ITU-R 601."""
    weights = torch.tensor([0.299, 0.587, 0.114], device=images.device).view(1, 3, 1, 1)
    return (images * weights).sum(1, keepdim=True)


def autocontrast(images: Tensor) -> Tensor:
    """Every channel stretched to 0..1; a flat one stays."""
    low, high = images.amin((2, 3), keepdim=True), images.amax((2, 3), keepdim=True)
    return torch.where(high > low, (images - low) / (high - low).clamp(min=1e-6), images)


def equalise(images: Tensor) -> Tensor:
    """Every channel's histogram made even, over 256 levels."""
    levels = (images * 255).round().long().flatten(2)
    counts = torch.zeros(*levels.shape[:2], 256, device=images.device)
    counts.scatter_add_(2, levels, torch.ones_like(levels, dtype=counts.dtype))
    cumulative = counts.cumsum(2)
    first = cumulative.gather(2, levels.amin(2, keepdim=True))
    total = cumulative[..., -1:]
    table = ((cumulative - first) / (total - first).clamp(min=1)).clamp(0, 1)
    equal = table.gather(2, levels).view_as(images)
    return torch.where((total > first)[..., None], equal, images)


def blend(images: Tensor, other: Tensor, strength: Tensor) -> Tensor:
    """From `other` (strength -1) over the image (0) to its opposite (1), almost: PIL's enhancers."""
    factor = 1 + 0.99 * strength.view(-1, 1, 1, 1)
    return (other + (images - other) * factor).clamp(0, 1)


def smooth(images: Tensor) -> Tensor:
    """PIL's SMOOTH filter: 3 x 3, the centre five times as heavy."""
    kernel = torch.ones(3, 1, 3, 3, device=images.device)
    kernel[:, :, 1, 1] = 5
    return F.conv2d(F.pad(images, (1, 1, 1, 1), mode="replicate"), kernel / 13, groups=3)


def posterise(images: Tensor, amount: Tensor) -> Tensor:
    """8 (amount 0) down to 2 (amount 1) bits a channel."""
    steps = 2 ** (8 - (amount * 6).round())
    return (images * 255 / 256 * steps).floor() / steps


def solarise(images: Tensor, amount: Tensor) -> Tensor:
    """Inverts what is brighter than a threshold, which is 1 - amount."""
    return torch.where(images >= 1 - amount, 1 - images, images)


# Every pixel operation on the images that all chose it, given their signed strengths.
PIXEL_OPERATIONS: dict[int, Callable[[Tensor, Tensor], Tensor]] = {
    AUTOCONTRAST: lambda images, _: autocontrast(images),
    EQUALISE: lambda images, _: equalise(images),
    POSTERISE: lambda images, strength: posterise(images, strength.abs().view(-1, 1, 1, 1)),
    SOLARISE: lambda images, strength: solarise(images, strength.abs().view(-1, 1, 1, 1)),
    BRIGHTNESS: lambda images, strength: blend(images, torch.zeros_like(images), strength),
    CONTRAST: lambda images, strength: blend(images, grey(images).mean((2, 3), keepdim=True), strength),
    SATURATION: lambda images, strength: blend(images, grey(images), strength),
    SHARPNESS: lambda images, strength: blend(images, smooth(images), strength),
}


def colour(images: Tensor, choice: Choice) -> Tensor:
    """Applies the pixel operations to the images that chose one."""
    out = images.clone()
    for number, operation in PIXEL_OPERATIONS.items():
        chosen = (choice.operation == number).nonzero().flatten()
        if len(chosen) > 0:
            out[chosen] = operation(images[chosen], choice.strength[chosen])
    return out


def warp(maps: Tensor, choice: Choice) -> Tensor:
    """Puts rotation (to 135°), shear (to 0.99) or shift (to half the picture) before affine maps
    (batch, 2, 3)."""

    def amount(operation: int, largest: float) -> Tensor:
        return torch.where(choice.operation == operation, choice.strength * largest, 0.0)

    angle = torch.deg2rad(amount(ROTATE, 135.0))
    linear = torch.stack(
        [
            torch.stack([angle.cos(), amount(SHEAR_X, 0.99) - angle.sin()], 1),
            torch.stack([amount(SHEAR_Y, 0.99) + angle.sin(), angle.cos()], 1),
        ],
        1,
    )
    shift = torch.stack([amount(SHIFT_X, 1.0), amount(SHIFT_Y, 1.0)], 1)[..., None]
    moved = torch.bmm(linear, maps)
    return torch.cat([moved[..., :2], moved[..., 2:] + shift], 2)
