"""ViT and DeiT fixtures: tiny random checkpoints and what transformers computes with them.

Every checkpoint is written first and then loaded again, in float32 and with eager attention, so that the expected
values come from the very file (and its rounding to F16 or BF16) that is committed.

Run through make.py.
"""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import (
    DeiTForImageClassification,
    DeiTForImageClassificationWithTeacher,
    DeiTModel,
    ViTForImageClassification,
    ViTModel,
)

import images
from preprocessing import BICUBIC, BILINEAR, HALF, IMAGENET, PILLOW_PROCESSORS, pixel_values, to_grey

LABELS = ["ant", "bridge", "cloud", "drum", "egg", "fern", "gate"]
SMALL = {"hidden_size": 24, "num_attention_heads": 3, "num_hidden_layers": 2, "intermediate_size": 40}


@dataclass
class Fixture:
    name: str
    model: type
    config: dict
    processor: dict
    dtype: torch.dtype | None = torch.float32
    """None mixes F32, F16 and BF16 in one file."""
    model_arguments: dict = field(default_factory=dict)
    processor_name: str = "ViTImageProcessor"
    omit_defaults: bool = False
    """Leave out of config.json what equals the default, as older files do."""


def resize_to(height: int, width: int) -> dict:
    return {"height": height, "width": width}


FIXTURES = [
    Fixture(
        "vit-patch4",
        ViTForImageClassification,
        {**SMALL, "num_hidden_layers": 3, "image_size": 32, "patch_size": 4, "hidden_act": "gelu", "layer_norm_eps": 1e-12},
        {"size": resize_to(32, 32), "resample": BILINEAR, **HALF},
    ),
    Fixture(
        "vit-grey-patch8",
        ViTForImageClassification,
        {
            "hidden_size": 32,
            "num_attention_heads": 2,
            "num_hidden_layers": 2,
            "intermediate_size": 48,
            "image_size": 48,
            "patch_size": 8,
            "num_channels": 1,
            "hidden_act": "gelu_new",
            "layer_norm_eps": 1e-6,
        },
        {"size": resize_to(48, 48), "resample": BICUBIC, "image_mean": [0.45], "image_std": [0.27]},
        torch.float16,
    ),
    Fixture(
        "vit-heads5-patch16",
        ViTForImageClassification,
        {
            "hidden_size": 40,
            "num_attention_heads": 5,
            "num_hidden_layers": 2,
            "intermediate_size": 56,
            "image_size": 64,
            "patch_size": 16,
            "hidden_act": "quick_gelu",
            "layer_norm_eps": 1e-5,
        },
        {"size": resize_to(64, 64), "resample": BILINEAR, **IMAGENET},
        torch.bfloat16,
    ),
    Fixture(
        "vit-wide-no-qkv-bias",
        ViTForImageClassification,
        {**SMALL, "image_size": [24, 40], "patch_size": 8, "hidden_act": "relu", "qkv_bias": False, "layer_norm_eps": 1e-3},
        {"size": resize_to(24, 40), "resample": BILINEAR, **HALF},
        torch.float16,
    ),
    Fixture(
        "vit-tall",
        ViTForImageClassification,
        {**SMALL, "num_attention_heads": 1, "image_size": [48, 32], "patch_size": 8, "hidden_act": "gelu"},
        {"size": resize_to(48, 32), "resample": BILINEAR, **HALF},
        torch.bfloat16,
    ),
    Fixture(
        "vit-headless-pooler",
        ViTModel,
        {**SMALL, "image_size": 32, "patch_size": 8},
        {"size": resize_to(32, 32), "resample": BILINEAR, **HALF},
        omit_defaults=True,
    ),
    Fixture(
        "vit-headless",
        ViTModel,
        {**SMALL, "image_size": 32, "patch_size": 8, "hidden_act": "gelu_new"},
        {"size": resize_to(32, 32), "resample": BILINEAR, **HALF},
        None,
        {"add_pooling_layer": False},
    ),
    Fixture(
        "deit-plain",
        DeiTForImageClassification,
        {**SMALL, "image_size": [32, 48], "patch_size": 8, "hidden_act": "gelu", "layer_norm_eps": 1e-6},
        {"size": resize_to(40, 56), "crop_size": resize_to(32, 48), "resample": BICUBIC, **IMAGENET},
        torch.float16,
    ),
    Fixture(
        "deit-distilled",
        DeiTForImageClassificationWithTeacher,
        {**SMALL, "num_hidden_layers": 3, "image_size": 32, "patch_size": 8, "hidden_act": "gelu"},
        {"size": {"shortest_edge": 36}, "crop_size": resize_to(32, 32), "resample": BICUBIC, **IMAGENET},
    ),
    Fixture(
        "deit-headless-pooler",
        DeiTModel,
        {**SMALL, "image_size": 32, "patch_size": 16, "qkv_bias": False, "hidden_act": "quick_gelu"},
        {"size": resize_to(32, 32), "do_center_crop": False, "resample": BICUBIC, **IMAGENET},
        torch.bfloat16,
    ),
]


@torch.no_grad()
def draw_weights(model: torch.nn.Module, generator: torch.Generator) -> None:
    """Random weights under which activations keep their size and attention is far from uniform.

    The usual initialisation (deviation 0.02) gives nearly uniform attention, with which any wrong query or key
    would pass.
    """

    def normal(shape: torch.Size, deviation: float) -> torch.Tensor:
        return torch.randn(shape, generator=generator) * deviation

    for name, parameter in model.named_parameters():
        if "norm" in name and name.endswith("weight"):
            parameter.copy_(1 + normal(parameter.shape, 0.2))
        elif name.endswith("bias"):
            parameter.copy_(normal(parameter.shape, 0.2))
        elif "token" in name or "position_embeddings" in name:
            parameter.copy_(normal(parameter.shape, 0.5))
        else:
            fan_in = parameter[0].numel()
            gain = 1.6 if ".q_proj." in name or ".k_proj." in name else 1.0
            parameter.copy_(normal(parameter.shape, gain / math.sqrt(fan_in)))


def cast(model: torch.nn.Module, dtype: torch.dtype | None) -> None:
    """Round the parameters to the number type, or to the three in turn."""
    turns = [torch.float32, torch.float16, torch.bfloat16]
    for index, parameter in enumerate(model.parameters()):
        parameter.data = parameter.data.to(dtype or turns[index % 3])


def omit_defaults(path: Path, config_class: type) -> None:
    defaults = config_class().to_dict()
    config = json.loads(path.read_text())
    kept = {key: value for key, value in config.items() if key == "model_type" or defaults.get(key) != value}
    path.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")


def entropy(attention: torch.Tensor) -> torch.Tensor:
    """Shannon entropy of every row, in nats: [..., queries, keys] to [..., queries]."""
    return -torch.xlogy(attention, attention).sum(-1)


def describe_attention(attentions: tuple[torch.Tensor, ...]) -> dict:
    """How far from uniform the rows are: entropy over log(keys), which is 1 for uniform rows."""
    share = torch.cat([(entropy(layer) / math.log(layer.shape[-1])).flatten() for layer in attentions])
    per_head = torch.cat([entropy(layer).mean(-1).flatten() / math.log(layer.shape[-1]) for layer in attentions])
    summary = {
        "rowLeast": round(share.min().item(), 4),
        "rowMost": round(share.max().item(), 4),
        "headLeast": round(per_head.min().item(), 4),
        "headMost": round(per_head.max().item(), 4),
    }
    assert summary["rowLeast"] < 0.75, f"attention is too near to uniform to prove anything: {summary}"
    return summary


def processor_name(fixture: Fixture) -> str:
    return "DeiTImageProcessor" if fixture.model.__name__.startswith("DeiT") else fixture.processor_name


def order(model: torch.nn.Module) -> dict:
    """A masked autoencoder shuffles its patches by noise, though it masks none: rising noise keeps their order."""
    if model.config.model_type != "vit_mae":
        return {}
    side = model.config.image_size // model.config.patch_size
    return {"noise": torch.arange(side * side, dtype=torch.float32)[None]}


def write_fixture(folder: Path, fixture: Fixture, seed: int) -> dict:
    """Write one checkpoint with its expected values and return its line of the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(seed)
    config_class = fixture.model.config_class
    config = config_class(
        **fixture.config,
        id2label=dict(enumerate(LABELS)),
        label2id={label: index for index, label in enumerate(LABELS)},
    )
    model = fixture.model(config, **fixture.model_arguments)
    draw_weights(model, generator)
    cast(model, fixture.dtype)
    model.save_pretrained(folder)
    if fixture.omit_defaults:
        omit_defaults(folder / "config.json", config_class)

    processor = PILLOW_PROCESSORS[processor_name(fixture)](**fixture.processor)
    settings = processor.to_dict()
    (folder / "preprocessor_config.json").write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n")

    source = images.gradient(44, 57) // 2 + images.noise(44, 57, seed) // 2
    picture = to_grey(source) if fixture.config.get("num_channels") == 1 else source
    pixels = torch.from_numpy(pixel_values(processor, picture))

    model, loading = fixture.model.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True, **fixture.model_arguments
    )
    assert not any(loading.values()), loading
    model.eval()
    with torch.no_grad():
        result = model(pixels, output_attentions=True, **order(model))
        exact = model.double()(pixels.double(), output_attentions=True, **order(model))

    expected = {"image": torch.from_numpy(np.ascontiguousarray(source)), "pixel_values": pixels}
    for layer, attention in enumerate(result.attentions):
        expected[f"attentions.{layer}"] = attention[0].contiguous()
    for key in ("logits", "cls_logits", "distillation_logits", "pooler_output"):
        # What a masked autoencoder calls logits are pixels.
        if result.get(key) is not None and config.model_type != "vit_mae":
            expected[key] = result[key][0].clone()
    if result.get("last_hidden_state") is not None:
        expected["last_hidden_state"] = result.last_hidden_state[0].contiguous()
    save_file(expected, folder / "expected.safetensors")

    rounding = max((a - b).abs().max().item() for a, b in zip(result.attentions, exact.attentions, strict=True))
    return {
        "model": fixture.model.__name__,
        "dtype": "mixed" if fixture.dtype is None else str(fixture.dtype).removeprefix("torch."),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "attentions": [len(result.attentions), *result.attentions[0].shape[1:]],
        "entropyShareOfUniform": describe_attention(result.attentions),
        "attentionFloat32AgainstFloat64": float(f"{rounding:.1e}"),
    }


def make(out: Path, seed: int) -> dict:
    """Write one folder per fixture and return their part of the manifest."""
    return {
        fixture.name: write_fixture(out / fixture.name, fixture, seed + index)
        for index, fixture in enumerate(FIXTURES)
    }
