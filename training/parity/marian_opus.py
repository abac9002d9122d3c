"""Make a small checkpoint as the translators of 2020 were published: weights as pytorch_model.bin in the format before
torch 1.6, SentencePiece models with vocab.json, everything about decoding in config.json.

    python training/parity/marian_opus.py --out e2e/fixtures/opus

Writes into the folder `marian-opus` the checkpoint; `expected.safetensors`, as of the other Marian fixtures (forced
decoding of one target); and `expected.json`: `translations`, each {text, ids, tokens, score, target}, what `generate`
makes of a text with the checkpoint's own settings, best hypothesis only, and `forced`, {source, target, sourceIds,
targetIds}. The two languages share a vocabulary; the target language is asked for by a code.
"""

import argparse
import json
import random
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import MarianConfig, MarianMTModel, MarianTokenizer
from transformers import logging as transformers_logging

import marian
import marian_tokenizers
from tokenizer import ENGLISH, sentence

OLD_CONFIG = {
    "activation_dropout": 0.0,
    "activation_function": "swish",
    "add_bias_logits": False,
    "add_final_layer_norm": False,
    "architectures": ["MarianMTModel"],
    "bos_token_id": 0,
    "d_model": 32,
    "decoder_attention_heads": 4,
    "decoder_ffn_dim": 40,
    "decoder_layers": 2,
    "encoder_attention_heads": 2,
    "encoder_ffn_dim": 48,
    "encoder_layers": 3,
    "eos_token_id": 0,
    "extra_pos_embeddings": 0,
    "forced_eos_token_id": 0,
    "id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"},
    "is_encoder_decoder": True,
    "max_length": 24,
    "max_position_embeddings": 48,
    "model_type": "marian",
    "normalize_before": False,
    "normalize_embedding": False,
    "num_beams": 3,
    "num_hidden_layers": 3,
    "scale_embedding": True,
    "static_position_embeddings": True,
}


@dataclass(frozen=True)
class Settings:
    out: Path
    seed: int


def write_checkpoint(folder: Path, seed: int) -> tuple[MarianMTModel, MarianTokenizer]:
    fixture = next(fixture for fixture in marian_tokenizers.FIXTURES if fixture.name == "bpe")
    files = marian_tokenizers.make_files(fixture, random.Random(seed))
    for name, content in files.items():
        (folder / name).write_bytes(content)
    size = len(json.loads(files["vocab.json"]))
    pad = size - 1
    config = OLD_CONFIG | {
        "vocab_size": size,
        "decoder_vocab_size": size,
        "pad_token_id": pad,
        "decoder_start_token_id": pad,
        "bad_words_ids": [[pad]],
    }
    generator = torch.Generator().manual_seed(seed)
    model = MarianMTModel(MarianConfig(**config))
    marian.draw_weights(model, generator, 0.5)
    # Not at once: a random decoder would often end where it begins.
    model.final_logits_bias[0, 0] = -1.0
    tensors = model.state_dict()
    for side in ("encoder", "decoder"):
        tensors[f"model.{side}.embed_positions.weight"] = getattr(model.model, side).embed_positions.weight.clone()
    torch.save(tensors, folder / "pytorch_model.bin", _use_new_zipfile_serialization=False)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    loaded = MarianMTModel.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32)
    return loaded.eval(), marian_tokenizers.load(folder, fixture)


@torch.no_grad()
def translate(model: MarianMTModel, tokenizer: MarianTokenizer, text: str) -> dict:
    ids = tokenizer(text)["input_ids"]
    result = model.generate(torch.tensor([ids]), return_dict_in_generate=True, output_scores=True)
    tokens = result.sequences[0].tolist()
    return {
        "text": text,
        "ids": ids,
        "tokens": tokens,
        "score": result.sequences_scores[0].item(),
        "target": tokenizer.decode(tokens, skip_special_tokens=True),
    }


def main(settings: Settings) -> None:
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    torch.manual_seed(settings.seed)
    torch.set_num_threads(1)
    folder = settings.out / "marian-opus"
    folder.mkdir(parents=True, exist_ok=True)
    model, tokenizer = write_checkpoint(folder, settings.seed)
    generator = random.Random(settings.seed + 1)
    texts = [sentence(ENGLISH[:40], generator) for _ in range(4)]
    texts += [">>fra<< The cat is in the garden.", "a", "  odd\u2009 spaces… ﬁn 👍 "]
    source, target = "The old cat sleeps.", "Le vieux chat dort."
    forced = {
        "source": source,
        "target": target,
        "sourceIds": tokenizer(source)["input_ids"],
        "targetIds": tokenizer(text_target=target)["input_ids"],
    }
    listing = {"translations": [translate(model, tokenizer, text) for text in texts], "forced": forced}
    (folder / "expected.json").write_text(json.dumps(listing, ensure_ascii=False, indent=1) + "\n")
    tensors = marian.forced_decoding(model, forced["sourceIds"], forced["targetIds"])
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / "expected.safetensors")
    for translation in listing["translations"]:
        print(f"{translation['text']!r} -> {translation['target']!r} ({len(translation['tokens'])} tokens)")
    print(f"{folder}: {sum(path.stat().st_size for path in folder.iterdir()) / 1e3:.0f} kB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--seed", type=int, default=20260)
    arguments = parser.parse_args()
    main(Settings(out=arguments.out, seed=arguments.seed))
