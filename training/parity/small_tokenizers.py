"""Makes small tokenizers, and what the reference makes of sentences with them.

    python small_tokenizers.py --out ../../e2e/fixtures/tokenizer-small

Writes <name>.json for each kind: {"tokenizer": tokenizer.json's content,
"cases": [{"text", "ids", "tokens", "offsets"}]}. Offsets are the reference's:
code points, white space included. Takes a second.
"""

import argparse
import json
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

SENTENCES = [
    "The cat sleeps on the warm stone wall.",
    "Le chat dort sur le mur de pierre chaud.",
    "I don't know where the children's books are.",
    "Je ne sais pas où sont les livres des enfants.",
    "It's raining again, isn't it?",
    "Il pleut encore, n'est-ce pas ?",
    "She bought 3 apples and 12 oranges for 4.50 euros.",
    "Elle a acheté 3 pommes et 12 oranges pour 4,50 euros.",
    "We couldn't see the lighthouse because of the fog.",
    "Nous ne pouvions pas voir le phare à cause du brouillard.",
    "Aujourd'hui, l'hôtel d'à côté est fermé.",
    "Today the hotel next door is closed.",
    "The naïve façade of the old café was repainted.",
    "La façade naïve du vieux café a été repeinte.",
    "Qu'est-ce qu'il veut ? Lorsqu'elle arrive, il part.",
    "What does he want? When she arrives, he leaves.",
]

CASES = SENTENCES + [
    "cat",
    " cat",
    "  two  spaces  ",
    "tab\there\nand a new line",
    "I don\u2019t \u201cknow\u201d",
    "no\u00a0break\u202fspaces",
    "cafe\u0301 decomposed, r\u0323\u0307 twice marked",
    "\U0001f600",
    "a \U0001f600 in between \U0001f468\u200d\U0001f469\u200d\U0001f467 family \U0001f44d\U0001f3fd ok",
    "\U0001f1eb\U0001f1f7\U0001f1ec\U0001f1e7",
    "mixed Привет 世界 שלום مرحبا नमस्ते 한국어",
    "\u202eright to left\u202c and \u200bzero width",
    "control \u0001\u0007 characters \u007f",
    "<script>alert('x')</script> &amp; <b>bold</b>",
    "</s> inside </s>",
    "<unk><pad>",
    "12345 3.14 ½ ² Ⅷ",
    "https://example.org/a?b=c#d",
    "ALL CAPS AND CamelCase",
    "…—–«guillemets» ‹x›",
    "e\u0301\u0301\u0301",
    "\ufffd replacement",
    "ﬁne ligature ﷺ",
    "l'l'l' 's 't qu'",
    "a" * 300,
    "!?" * 40,
    "가각갂 \u1100\u1161\u11a8",
    "\u2581already marked\u2581",
]

ELISION = r" ?(?:[CDJLMNSTcdjlmnst]|[Qq]u|[Ll]orsqu|[Aa]ujourd)'(?=\p{L})"
CLITIC = r"'(?:[sdmt]|ll|ve|re)(?!\p{L})"
PIECES = rf"{ELISION}|{CLITIC}| ?\p{{L}}+| ?\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+|\s+(?!\S)|\s+"
TABLE = {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ", "\u202f": " "}
SPECIAL = ["</s>", "<unk>", "<pad>"]


def end_with_eos(tokenizer: Tokenizer) -> Tokenizer:
    eos = tokenizer.token_to_id("</s>")
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", eos)])
    return tokenizer


def byte_level() -> Tokenizer:
    """Byte-level pairs with NFC, straight quotes and a space in front."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    replacements = [normalizers.Replace(old, new) for old, new in TABLE.items()]
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), *replacements, normalizers.Prepend(" ")])
    split = pre_tokenizers.Split(Regex(PIECES), behavior="isolated")
    byte = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, byte])
    tokenizer.decoder = decoders.Sequence([decoders.ByteLevel(), decoders.Strip(" ", 1, 0)])
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=420, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return end_with_eos(tokenizer)


def unigram(split: bool) -> Tokenizer:
    """Unigram over Metaspace, as converted from sentencepiece."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC()])
    if split:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    else:
        parts = [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(parts)
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=180, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return end_with_eos(tokenizer)


def fallback() -> Tokenizer:
    """Pairs of characters over Metaspace; characters outside the vocabulary become bytes."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=True)
    special = SPECIAL + [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=480, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    source = json.loads(tokenizer.to_str())
    # Byte tokens are part of the vocabulary, not of what is cut out of the text beforehand.
    source["added_tokens"] = [item for item in source["added_tokens"] if not item["content"].startswith("<0x")]
    return end_with_eos(Tokenizer.from_str(json.dumps(source)))


def unknown() -> Tokenizer:
    """Pairs of characters without bytes: an unseen character is unknown."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=250, special_tokens=SPECIAL, show_progress=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return end_with_eos(tokenizer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    kinds = {
        "byte-level": byte_level(),
        "unigram-words": unigram(split=False),
        "unigram-split": unigram(split=True),
        "byte-fallback": fallback(),
        "unknown": unknown(),
    }
    for name, tokenizer in kinds.items():
        cases = []
        for text in CASES:
            encoding = tokenizer.encode(text)
            decoded = tokenizer.decode(encoding.ids)
            cases.append(
                {
                    "text": text,
                    "ids": encoding.ids,
                    "tokens": encoding.tokens,
                    "offsets": encoding.offsets,
                    "decoded": decoded,
                }
            )
        fixture = {"tokenizer": json.loads(tokenizer.to_str()), "cases": cases}
        (out / f"{name}.json").write_text(json.dumps(fixture, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
