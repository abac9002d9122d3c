"""Fixtures of masked autoencoders and DINOv2, beside those of make.py and of the same form.

    python training/parity/vision_families.py --out e2e/fixtures/parity

Layer scale, SwiGLU, registers, positions fitted to smaller, larger and oblong grids, a classifier over [CLS] and the mean
of the patches, headless models, no biases. `manifest-families.json` says what each fixture shows.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import torch
import transformers
from transformers import (
    Dinov2ForImageClassification,
    Dinov2Model,
    Dinov2WithRegistersForImageClassification,
    Dinov2WithRegistersModel,
    ViTMAEForPreTraining,
    ViTMAEModel,
)

from preprocessing import BICUBIC, BILINEAR, HALF, IMAGENET
from vision import SMALL, Fixture, resize_to, write_fixture

MASKED = {"mask_ratio": 0.0, "decoder_hidden_size": 16, "decoder_num_attention_heads": 2, "decoder_num_hidden_layers": 1, "decoder_intermediate_size": 24}
TINY = {"hidden_size": 24, "num_attention_heads": 3, "num_hidden_layers": 2, "mlp_ratio": 2}


def crop(edge: int, height: int, width: int) -> dict:
    """The processor of DINOv2: shortest edge, then a crop from the middle."""
    return {"size": {"shortest_edge": edge}, "crop_size": resize_to(height, width), "resample": BICUBIC, **IMAGENET}


BIT = "BitImageProcessor"
FIXTURES = [
    Fixture(
        "vit-mae-headless",
        ViTMAEModel,
        {**SMALL, **MASKED, "image_size": 32, "patch_size": 8, "qkv_bias": False, "layer_norm_eps": 1e-5},
        {"size": resize_to(32, 32), "resample": BICUBIC, **IMAGENET},
        torch.float16,
    ),
    Fixture(
        "vit-mae-pretraining",
        ViTMAEForPreTraining,
        {**SMALL, **MASKED, "num_attention_heads": 4, "image_size": 24, "patch_size": 4, "hidden_act": "relu"},
        {"size": resize_to(24, 24), "resample": BILINEAR, **HALF},
    ),
    Fixture(
        "dinov2-same-size",
        Dinov2Model,
        {**TINY, "image_size": 28, "patch_size": 7, "layerscale_value": 0.5},
        crop(32, 28, 28),
        torch.float16,
        processor_name=BIT,
    ),
    Fixture(
        "dinov2-smaller",
        Dinov2ForImageClassification,
        {**TINY, "num_hidden_layers": 3, "image_size": 70, "patch_size": 7, "use_mask_token": False},
        crop(36, 35, 35),
        processor_name=BIT,
    ),
    Fixture(
        "dinov2-oblong-swiglu",
        Dinov2ForImageClassification,
        {**TINY, "mlp_ratio": 3, "image_size": 24, "patch_size": 8, "use_swiglu_ffn": True, "qkv_bias": False},
        crop(48, 40, 32),
        torch.bfloat16,
        processor_name=BIT,
    ),
    Fixture(
        "dinov2-registers-smaller",
        Dinov2WithRegistersModel,
        {**TINY, "image_size": 56, "patch_size": 8, "num_register_tokens": 4, "hidden_act": "gelu_new"},
        crop(32, 32, 32),
        None,
        processor_name=BIT,
    ),
    Fixture(
        "dinov2-registers-larger",
        Dinov2WithRegistersForImageClassification,
        {**TINY, "image_size": 32, "patch_size": 8, "num_register_tokens": 1, "use_swiglu_ffn": True},
        crop(44, 40, 48),
        processor_name=BIT,
    ),
    Fixture(
        "dinov2-registers-exact",
        Dinov2WithRegistersModel,
        {**TINY, "num_attention_heads": 1, "image_size": 28, "patch_size": 14, "num_register_tokens": 3, "qkv_bias": False},
        {"size": resize_to(28, 28), "resample": BILINEAR, **HALF},
        torch.bfloat16,
    ),
]


@dataclass(frozen=True)
class Settings:
    out: Path
    seed: int


def main(settings: Settings) -> None:
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    manifest = {
        fixture.name: write_fixture(settings.out / fixture.name, fixture, settings.seed + index)
        for index, fixture in enumerate(FIXTURES)
    }
    (settings.out / "manifest-families.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write; other folders in it stay")
    parser.add_argument("--seed", type=int, default=30260)
    arguments = parser.parse_args()
    main(Settings(out=arguments.out, seed=arguments.seed))
