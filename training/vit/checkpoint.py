"""Reads and writes a checkpoint folder in the layout of Hugging Face `transformers`."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from model import ViT, ViTShape, from_transformers, to_transformers

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def load(folder: Path) -> ViT:
    """The model of a folder with `config.json` and `model.safetensors`, in float32."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if config["model_type"] != "vit" or config["hidden_act"] != "gelu" or not config["qkv_bias"]:
        raise ValueError(f"{folder}: only a ViT with exact GELU and query, key, value biases can be read.")
    shape = ViTShape(
        image_size=config["image_size"],
        patch_size=config["patch_size"],
        hidden_size=config["hidden_size"],
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        mlp_size=config["intermediate_size"],
        labels=len(config["id2label"]),
        layer_norm_eps=config["layer_norm_eps"],
    )
    model = ViT(shape)
    model.load_state_dict(from_transformers(load_file(folder / "model.safetensors"), shape))
    return model


def save(folder: Path, shape: ViTShape, state: dict[str, Tensor], classes: list[dict[str, str]]) -> None:
    """Writes weights (F16), config and preprocessor config. `label_wnids` holds, for every
    label id, the key before the number in the data set's file names: a WordNet id or a name."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [c["name"] for c in classes]
    config = {
        "architectures": ["ViTForImageClassification"],
        "model_type": "vit",
        "image_size": shape.image_size,
        "patch_size": shape.patch_size,
        "num_channels": 3,
        "hidden_size": shape.hidden_size,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.mlp_size,
        "hidden_act": "gelu",
        "layer_norm_eps": shape.layer_norm_eps,
        "qkv_bias": True,
        "attention_probs_dropout_prob": 0.0,
        "hidden_dropout_prob": 0.0,
        "initializer_range": 0.02,
        "dtype": "float16",
        "id2label": {str(number): name for number, name in enumerate(names)},
        "label2id": {name: number for number, name in enumerate(names)},
        "label_wnids": [c["key"] for c in classes],
    }
    preprocessor = {
        "image_processor_type": "ViTImageProcessor",
        "do_resize": True,
        "size": {"height": shape.image_size, "width": shape.image_size},
        "resample": 2,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": MEAN,
        "image_std": STD,
    }
    for name, content in (("config.json", config), ("preprocessor_config.json", preprocessor)):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    tensors = {k: v.to("cpu", torch.float16).contiguous() for k, v in to_transformers(state).items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
