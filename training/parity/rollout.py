"""Attention rollout, entropy and mean attention distance of ViT fixtures, written out plainly in float64.

Rollout follows Abnar and Zuidema 2020 (arXiv 2005.00928); max and min fusion and the discard ratio are later
additions and no part of that paper. Mean attention distance follows Dosovitskiy et al. 2021 (arXiv 2010.11929),
figure 7.

Run through make.py, after the fixtures of vision.py.
"""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from vision import entropy

FIXTURES = ["vit-patch4", "vit-wide-no-qkv-bias", "deit-distilled"]

DEFINITIONS = {
    "fused": "mean, max or min over heads, [queries, keys]",
    "discard": "in every row, of all keys, the floor(discardRatio * keys) lowest are set to 0; key 0, [CLS], is kept "
    "even if it is among them",
    "renormalise": "every row is divided by its sum (always, also without discarding: max and min rows do not sum to 1)",
    "residual": "A = (1 - residual) * fused + residual * I",
    "rollout": "R = A[last] ... A[firstLayer + 1] A[firstLayer]; row = query at the output, column = patch or token at "
    "the input",
    "entropy": "-sum p ln p of every row, in nats, 0 ln 0 = 0: [layers, heads, queries]",
    "meanEntropy": "mean of entropy over all queries, prefix tokens among them: [layers, heads]",
    "distance": "over patch queries and patch keys only: every row divided by its sum over patch keys, then the sum of "
    "weight times Euclidean distance between patch centres in pixels of the model's input, then the mean over patch "
    "queries: [layers, heads]",
}


@dataclass(frozen=True)
class Settings:
    fusion: str = "mean"
    discardRatio: float = 0.0
    residual: float = 0.5
    firstLayer: int = 0


CASES = [
    Settings(),
    Settings(fusion="max", discardRatio=0.5),
    Settings(fusion="min"),
    Settings(discardRatio=0.9),
    Settings(residual=0.2, firstLayer=1),
    Settings(fusion="max", discardRatio=0.25, residual=0.8),
    Settings(residual=0.0),
]


def fuse(attention: torch.Tensor, fusion: str) -> torch.Tensor:
    """[heads, queries, keys] to [queries, keys]."""
    return {"mean": attention.mean(0), "max": attention.amax(0), "min": attention.amin(0)}[fusion]


def discard(fused: torch.Tensor, ratio: float) -> torch.Tensor:
    """The lowest share of every row set to 0, save [CLS]."""
    lowest = fused.argsort(dim=1, stable=True)[:, : math.floor(ratio * fused.shape[1])]
    kept = fused.scatter(1, lowest, 0.0)
    kept[:, 0] = fused[:, 0]
    return kept


def rollout(attentions: list[torch.Tensor], settings: Settings) -> torch.Tensor:
    """[tokens, tokens]: for every output token, how much came from every input token."""
    tokens = attentions[0].shape[-1]
    identity = torch.eye(tokens, dtype=torch.float64)
    product = identity
    for attention in attentions[settings.firstLayer :]:
        fused = discard(fuse(attention, settings.fusion), settings.discardRatio)
        fused = fused / fused.sum(dim=1, keepdim=True)
        product = ((1 - settings.residual) * fused + settings.residual * identity) @ product
    assert torch.allclose(product.sum(dim=1), torch.ones(tokens, dtype=torch.float64))
    return product


def mean_distance(attention: torch.Tensor, prefix: int, rows: int, columns: int, patch: int) -> torch.Tensor:
    """[heads]: mean attention distance in pixels."""
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    centres = patch * torch.stack([y.flatten(), x.flatten()], dim=1).double()
    between_patches = attention[:, prefix:, prefix:]
    weights = between_patches / between_patches.sum(dim=-1, keepdim=True)
    return (weights * torch.cdist(centres, centres)).sum(-1).mean(-1)


def measure(folder: Path) -> dict[str, torch.Tensor]:
    """Every expected value of one fixture."""
    config = json.loads((folder / "config.json").read_text())
    expected = load_file(folder / "expected.safetensors")
    attentions = [expected[f"attentions.{layer}"].double() for layer in range(config["num_hidden_layers"])]
    side = config["image_size"]
    height, width = side if isinstance(side, list) else (side, side)
    patch = config["patch_size"]
    rows, columns = height // patch, width // patch
    prefix = attentions[0].shape[-1] - rows * columns
    tensors = {f"rollout.{index}": rollout(attentions, settings) for index, settings in enumerate(CASES)}
    tensors["entropy"] = torch.stack([entropy(attention) for attention in attentions])
    tensors["meanEntropy"] = tensors["entropy"].mean(-1)
    tensors["distance"] = torch.stack(
        [mean_distance(attention, prefix, rows, columns, patch) for attention in attentions]
    )
    return tensors


def make(out: Path) -> dict:
    """Write out/rollout.json (definitions and settings) and out/rollout.safetensors; returns its part of the manifest."""
    tensors = {}
    for name in FIXTURES:
        for key, value in measure(out / name).items():
            tensors[f"{name}.{key}"] = value.float().contiguous()
    save_file(tensors, out / "rollout.safetensors")
    listing = {
        "definitions": DEFINITIONS,
        "fixtures": FIXTURES,
        "cases": [{"key": f"rollout.{index}", **asdict(settings)} for index, settings in enumerate(CASES)],
    }
    (out / "rollout.json").write_text(json.dumps(listing, indent=2) + "\n")
    return {"fixtures": FIXTURES, "cases": len(CASES)}
