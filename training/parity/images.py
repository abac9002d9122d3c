"""Small pictures drawn from formulas, used as sources by the fixtures. Nothing is downloaded or photographed."""

import numpy as np


def gradient(height: int, width: int) -> np.ndarray:
    """[height, width, 3] uint8: red grows to the right, green downwards, blue along a diagonal wave."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    red = 255 * x / max(width - 1, 1)
    green = 255 * y / max(height - 1, 1)
    blue = 127.5 + 127.5 * np.sin(0.35 * x + 0.22 * y)
    return np.stack([red, green, blue], axis=-1).round().astype(np.uint8)


def noise(height: int, width: int, seed: int) -> np.ndarray:
    """[height, width, 3] uint8: every channel of every pixel drawn uniformly."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def stripes(height: int, width: int, seed: int) -> np.ndarray:
    """[height, width, 3] uint8: lines of dark strokes of uneven width on a light ground, as a page of text.

    Strokes one pixel wide alias at once in a resize without antialiasing.
    """
    generator = np.random.default_rng(seed)
    picture = np.full((height, width, 3), (250, 246, 235), dtype=np.uint8)
    for top in range(3, height - 4, 9):
        left = int(generator.integers(1, 5))
        while left < width - 2:
            stroke = int(generator.integers(1, 4))
            tall = int(generator.integers(3, 7))
            picture[top : top + tall, left : left + stroke] = generator.integers(0, 70, 3)
            left += stroke + int(generator.integers(1, 4))
    return picture


def disc_with_alpha(height: int, width: int) -> np.ndarray:
    """[height, width, 4] uint8: a coloured disc whose opacity falls off to nothing at its rim."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    radius = np.hypot((x - width / 2) / (width / 2), (y - height / 2) / (height / 2))
    alpha = 255 * np.clip(1.25 - radius, 0, 1)
    return np.concatenate([gradient(height, width)[..., ::-1], alpha.round().astype(np.uint8)[..., None]], axis=-1)
