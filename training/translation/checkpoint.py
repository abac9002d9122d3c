"""Checkpoint folders: written from a training state, read for evaluation.

A folder holds config.json, generation_config.json, model.safetensors,
tokenizer.json and tokenizer_config.json; the Transformer's is in the layout of
MarianMTModel, the recurrent model's is described in gru/model.py.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from gru.model import Gru, GruSettings
from gru.model import to_config as gru_config
from marian.model import Marian, MarianSettings
from marian.model import to_config as marian_config

MAX_LENGTH = 200  # tokens that decoding may write


@dataclass(frozen=True)
class Checkpoint:
    model: torch.nn.Module
    tokenizer: Tokenizer
    config: dict


@dataclass(frozen=True)
class Alignment:
    head: list[int]  # layer and head of the cross-attention, from 0
    error_rate: float | None


def generation_config(eos: int, pad: int) -> dict:
    return {
        "bad_words_ids": [[pad]],
        "decoder_start_token_id": pad,
        "eos_token_id": eos,
        "forced_eos_token_id": eos,
        "pad_token_id": pad,
        "max_length": MAX_LENGTH,
        "num_beams": 4,
        "length_penalty": 1.0,
    }


TOKENIZER_CONFIG = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
    "model_max_length": 512,
    "padding_side": "right",
    "clean_up_tokenization_spaces": False,
}


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def save(
    folder: Path,
    model: torch.nn.Module,
    tokenizer: Path,
    dtype: torch.dtype,
    alignment: Alignment | None = None,
) -> None:
    """
    Writes all files of the folder; weights are rounded to dtype. The head that aligns goes into
    generation_config.json as `alignment_heads`, the name that Whisper uses, and its rate beside it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = model.settings
    name = str(dtype).removeprefix("torch.")
    is_marian = isinstance(model, Marian)
    config = marian_config(settings, name) if is_marian else gru_config(settings, name)
    write_json(folder / "config.json", config)
    generation = generation_config(settings.eos, settings.pad)
    if alignment:
        generation["alignment_heads"] = [alignment.head]
        if alignment.error_rate is not None:
            generation["alignment_error_rate"] = alignment.error_rate
    write_json(folder / "generation_config.json", generation)
    write_json(folder / "tokenizer_config.json", TOKENIZER_CONFIG)
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
    tensors = {key: value.detach().to(dtype).contiguous() for key, value in model.state_dict().items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)


def load(folder: Path) -> Checkpoint:
    """Model in float32 and evaluation mode, tokenizer, config."""
    config = json.loads((folder / "config.json").read_text())
    if config["model_type"] == "marian":
        model = Marian(
            MarianSettings(
                vocabulary_size=config["vocab_size"],
                width=config["d_model"],
                layers=config["encoder_layers"],
                heads=config["encoder_attention_heads"],
                feed_forward=config["encoder_ffn_dim"],
                max_positions=config["max_position_embeddings"],
                eos=config["eos_token_id"],
                pad=config["pad_token_id"],
            )
        )
    elif config["model_type"] == "heed-gru":
        model = Gru(
            GruSettings(
                vocabulary_size=config["vocab_size"],
                embedding_size=config["embedding_size"],
                encoder_hidden_size=config["encoder_hidden_size"],
                encoder_layers=config["encoder_layers"],
                decoder_hidden_size=config["decoder_hidden_size"],
                attention_size=config["attention_size"],
                eos=config["eos_token_id"],
                pad=config["pad_token_id"],
            )
        )
    else:
        raise ValueError(f'{folder}: model_type "{config["model_type"]}" is neither marian nor heed-gru')
    tensors = load_file(folder / "model.safetensors")
    model.load_state_dict({key: value.float() for key, value in tensors.items()})
    return Checkpoint(model.eval(), Tokenizer.from_file(str(folder / "tokenizer.json")), config)
