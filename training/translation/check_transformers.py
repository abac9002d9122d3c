"""Proves that MarianMTModel loads a checkpoint folder unchanged and computes the same.

    python check_transformers.py --model ../../public/models/heed-marian-en-fr

Compares logits and cross-attention with this recipe's model by teacher forcing,
and the translations of a few sentences with `generate`, greedy and with 4 beams.
"""

import argparse
from pathlib import Path

import torch
from transformers import AutoTokenizer, MarianMTModel

import checkpoint
import decode

SENTENCES = [
    "The cat is sleeping on the chair.",
    "I don't know where he lives.",
    "A man in a red shirt is playing the guitar.",
    "We would like to thank everybody who came to the meeting yesterday.",
    "Two dogs are running through the snow 🙂.",
    "Why?",
]


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="checkpoint folder")
    arguments = parser.parse_args()
    ours = checkpoint.load(arguments.model)
    theirs, loading = MarianMTModel.from_pretrained(
        arguments.model, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    print({name: sorted(value) for name, value in loading.items() if value} or "every weight found, none left over")
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    batch = tokenizer(SENTENCES, return_tensors="pt", padding=True)
    for row, sentence in zip(batch.input_ids, SENTENCES):
        ids = ours.tokenizer.encode(sentence).ids
        assert row[: len(ids)].tolist() == ids, f"tokens differ: {sentence}"

    inputs = torch.randint(3, theirs.config.vocab_size, (len(SENTENCES), 9), generator=torch.Generator().manual_seed(1))
    inputs[:, 0] = theirs.config.decoder_start_token_id
    expected = theirs.eval()(**{key: batch[key] for key in ("input_ids", "attention_mask")}, decoder_input_ids=inputs, output_attentions=True)
    states, crosses = ours.model(batch.input_ids, inputs)
    weight, bias = ours.model.output_layer()
    logits = (states @ weight.t() + bias - expected.logits).abs().max().item()
    attention = max((a - b).abs().max().item() for a, b in zip(crosses, expected.cross_attentions))
    print(f"largest difference: logits {logits:.1e} of {expected.logits.abs().max():.1f}, cross-attention {attention:.1e}")
    assert logits < 1e-3 and attention < 1e-5

    for beams in (1, 4):
        generated = theirs.generate(batch.input_ids, attention_mask=batch.attention_mask, num_beams=beams)
        expected_text = tokenizer.batch_decode(generated, skip_special_tokens=True)
        text = decode.translate(ours.model, ours.tokenizer, SENTENCES, beams, checkpoint.MAX_LENGTH)
        for sentence, left, right in zip(SENTENCES, text, expected_text):
            print(f"beam {beams}: {sentence} -> {left}" + ("" if left == right else f"  (transformers: {right})"))


if __name__ == "__main__":
    main()
