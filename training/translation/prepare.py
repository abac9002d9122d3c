"""Builds the subword vocabulary and the token arrays that train.py reads.

    python prepare.py --data ../../data/text --work work
    python prepare.py --data ../../data/text --work work-tiny --tiny

Writes into --work: tokenizer.json, <corpus>.npz for every training corpus and
dev.npz. Takes about a minute.

The vocabulary is one byte-pair encoding for both languages, byte-level, so that
no input is outside it: an emoji becomes its UTF-8 bytes. Case and accents are
kept. Text is normalised to NFC, curly quotes and no-break spaces become plain
ones, and one space is put in front, so that a word is the same token at the
start of a sentence and inside it. A piece keeps its leading space. French
elisions (l', qu') and English clitics ('s, 't) are pieces of their own; digits
stand alone.
"""

import argparse
import random
from dataclasses import dataclass, replace
from pathlib import Path

import numpy
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from corpora import CHARACTER_TABLE, Pair, normalise, read_split

EOS, UNK, PAD = "</s>", "<unk>", "<pad>"  # ids 0, 1, 2

ELISION = r" ?(?:[CDJLMNSTcdjlmnst]|[Qq]u|[Jj]usqu|[Ll]orsqu|[Pp]uisqu|[Qq]uelqu|[Pp]resqu|[Aa]ujourd)'(?=\p{L})"
CLITIC = r"'(?:[sdmt]|ll|ve|re)(?!\p{L})"
PIECES = rf"{ELISION}|{CLITIC}| ?\p{{L}}+| ?\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+|\s+(?!\S)|\s+"


@dataclass(frozen=True)
class Settings:
    vocabulary_size: int = 8000  # larger would put most of a small model into its embeddings
    seed: int = 20151
    general_for_vocabulary: int = 60_000  # pairs; as many words as Tatoeba has, so that it does not drown it
    multi30k_repeats: int = 2  # in the vocabulary's text, for the same balance
    max_tokens: int = 100  # longer sides are left out of training
    limit: int = 0  # pairs per corpus, 0 for all; small for a trial


TINY = replace(Settings(), vocabulary_size=1000, limit=2000, general_for_vocabulary=500)


def build_tokenizer(texts: list[str], settings: Settings) -> Tokenizer:
    """Trains the byte-pair encoding on the texts and adds </s> at the end of every sentence."""
    tokenizer = Tokenizer(models.BPE(unk_token=UNK))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC()]
        + [normalizers.Replace(old, new) for old, new in CHARACTER_TABLE.items()]
        + [normalizers.Prepend(" ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.Sequence([decoders.ByteLevel(), decoders.Strip(" ", 1, 0)])
    trainer = trainers.BpeTrainer(
        vocab_size=settings.vocabulary_size,
        special_tokens=[EOS, UNK, PAD],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    eos = tokenizer.token_to_id(EOS)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"$A {EOS}", pair=f"$A {EOS} $B {EOS}", special_tokens=[(EOS, eos)]
    )
    return tokenizer


def clean(pairs: list[Pair]) -> list[Pair]:
    """Normalised pairs with text on both sides."""
    cleaned = [(normalise(english), normalise(french)) for english, french in pairs]
    return [pair for pair in cleaned if pair[0] and pair[1]]


def encode(tokenizer: Tokenizer, pairs: list[Pair], max_tokens: int) -> dict[str, numpy.ndarray]:
    """Token ids of all sentences in a row, with the offset of each: en, en_offsets, fr, fr_offsets."""
    columns = [[item.ids for item in tokenizer.encode_batch([pair[side] for pair in pairs])] for side in (0, 1)]
    keep = [row for row in zip(*columns) if max(map(len, row)) <= max_tokens]
    arrays = {}
    for side, language in enumerate(("en", "fr")):
        rows = [row[side] for row in keep]
        arrays[language] = numpy.concatenate([numpy.array(row, dtype=numpy.uint16) for row in rows])
        arrays[f"{language}_offsets"] = numpy.cumsum([0] + [len(row) for row in rows]).astype(numpy.int64)
    return arrays


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the parallel text")
    parser.add_argument("--work", type=Path, required=True, help="folder to write into")
    parser.add_argument("--tiny", action="store_true", help="a small vocabulary and little text: a trial in seconds")
    arguments = parser.parse_args()
    settings = TINY if arguments.tiny else Settings()
    arguments.work.mkdir(parents=True, exist_ok=True)

    corpora = {}
    for name in ("tatoeba-train", "multi30k-train", "general-train"):
        pairs = clean(read_split(arguments.data, name))
        random.Random(settings.seed).shuffle(pairs)
        corpora[name] = pairs[: settings.limit] if settings.limit else pairs
    vocabulary_pairs = (
        corpora["tatoeba-train"]
        + corpora["multi30k-train"] * settings.multi30k_repeats
        + corpora["general-train"][: settings.general_for_vocabulary]
    )
    tokenizer = build_tokenizer([text for pair in vocabulary_pairs for text in pair], settings)
    tokenizer.save(str(arguments.work / "tokenizer.json"), pretty=False)

    dev = {name: clean(read_split(arguments.data, name)) for name in ("tatoeba-dev", "multi30k-val")}
    for name, pairs in {**corpora, **dev}.items():
        arrays = encode(tokenizer, pairs, settings.max_tokens)
        numpy.savez(arguments.work / f"{name}.npz", **arrays)
        count = len(arrays["en_offsets"]) - 1
        print(f"{name}: {count} pairs, {len(arrays['en']) / count:.1f} English and {len(arrays['fr']) / count:.1f} French tokens each")


if __name__ == "__main__":
    main()
