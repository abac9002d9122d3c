"""Train small SentencePiece models, make Marian tokenizers of them, and write what the reference makes of odd texts.

    python training/parity/marian_tokenizers.py --out e2e/fixtures/marian-tokenizer

One gzipped JSON for each tokenizer:
    files    name to base64: source.spm, target.spm, vocab.json, tokenizer_config.json, and target_vocab.json
    cases    [text, ids, offsets, decoded] each. offsets are start, end, … in code points, one pair a token without the
             end, or null where SentencePiece saw only a part of the text; decoded is null where it equals text
    targets  [text, ids]: texts as the target side reads them
    decoded  [ids, text]: ids drawn at random

Texts are those of tokenizer.py, and some with language codes. Training takes seconds; nothing is taken from a corpus.
"""

import argparse
import base64
import gzip
import io
import json
import random
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import sentencepiece
from transformers import MarianTokenizer

from tokenizer import ENGLISH, FRENCH, GERMAN, Settings as TextSettings, sentence, sentences

CODES = [">>fra<<", ">>deu<<"]
CODED = [
    ">>fra<< The river is green.",
    ">>fra<<The river is green.",
    ">>deu<<",
    ">>xyz<< An unknown language.",
    " >>fra<< not at the start",
    "a >>fra<< b",
    ">>fra not closed",
    ">><< empty",
    "<<fra>>",
    ">>fra<< >>deu<< two",
    ">>é\u0301👍<< odd",
    ">>a b<< spaces",
    "</s>>>fra<< after the end",
    ">>fra<<\u3000</s> end",
]
RULES = "41\t61\nE9\t65\n65 301\t65\nFB01\t66 69\n3000\t20\nA0\t20\n9\t20\n2026\t2E 2E 2E\nAD\t\n"
"""Of the file normalization_rule_tsv: A to a, é to e, a ligature, spaces, dots, and a hyphen that goes."""


@dataclass(frozen=True)
class Fixture:
    name: str
    options: dict
    count: int = 700
    rules: str | None = None
    separate: bool = False
    """A vocabulary for each side."""
    config: dict = field(default_factory=dict)


FIXTURES = [
    Fixture("unigram", {"model_type": "unigram", "normalization_rule_name": "nmt_nfkc"}, count=2000),
    Fixture("bpe", {"model_type": "bpe", "normalization_rule_name": "identity"}, count=2000, rules=RULES),
    Fixture(
        "byte-fallback",
        {"model_type": "unigram", "byte_fallback": True, "user_defined_symbols": ["<x>", "l'", "▁the", "👍"], "vocab_size": 600, "control_symbols": ["<c>"]},
        rules=RULES,
    ),
    Fixture(
        "plain",
        {
            "model_type": "bpe",
            "normalization_rule_name": "identity",
            "add_dummy_prefix": False,
            "remove_extra_whitespaces": False,
            "user_defined_symbols": ["C++", "...", "日本"],
            "character_coverage": 0.98,
        },
        separate=True,
        config={"unk_token": "<unk>", "added_tokens_decoder": {}},
    ),
    Fixture("suffix", {"model_type": "unigram", "treat_whitespace_as_suffix": True, "normalization_rule_name": "identity"}),
]


@dataclass(frozen=True)
class Settings:
    out: Path
    seed: int


def train(words: list[str], fixture: Fixture, generator: random.Random) -> bytes:
    texts = [sentence(words, generator) for _ in range(600)]
    model = io.BytesIO()
    options = {"vocab_size": 350, "hard_vocab_limit": False, "minloglevel": 2, "num_threads": 1} | fixture.options
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as rules:
        if fixture.rules is not None:
            rules.write(fixture.rules)
            rules.flush()
            options = {key: value for key, value in options.items() if key != "normalization_rule_name"}
            options["normalization_rule_tsv"] = rules.name
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(texts), model_writer=model, **options)
    return model.getvalue()


def pieces(model: bytes) -> list[str]:
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    return [processor.id_to_piece(index) for index in range(processor.get_piece_size())]


def vocabulary(*models: bytes) -> dict[str, int]:
    """As opus-mt has it: the end and the unknown first, the padding last. Some pieces are left out."""
    listed = dict.fromkeys(["</s>", "<unk>", *CODES])
    for model in models:
        for index, piece in enumerate(pieces(model)):
            if index % 41 != 40 and piece != "<s>":
                listed[piece] = None
    listed["<pad>"] = None
    return {token: index for index, token in enumerate(listed)}


def make_files(fixture: Fixture, generator: random.Random) -> dict[str, bytes]:
    source = train(ENGLISH + GERMAN, fixture, generator)
    target = train(FRENCH, replace(fixture, rules=RULES), generator)
    config = {"separate_vocabs": fixture.separate, "tokenizer_class": "MarianTokenizer", **fixture.config}
    files = {"source.spm": source, "target.spm": target, "tokenizer_config.json": json.dumps(config).encode()}
    if fixture.separate:
        files["vocab.json"] = json.dumps(vocabulary(source)).encode()
        files["target_vocab.json"] = json.dumps(vocabulary(target)).encode()
    else:
        files["vocab.json"] = json.dumps(vocabulary(source, target)).encode()
    return files


def load(folder: Path, fixture: Fixture) -> MarianTokenizer:
    paths = {"source_spm": "source.spm", "target_spm": "target.spm", "vocab": "vocab.json"}
    if fixture.separate:
        paths["target_vocab_file"] = "target_vocab.json"
    arguments = {key: str(folder / name) for key, name in paths.items()}
    return MarianTokenizer(**arguments, separate_vocabs=fixture.separate)


def offsets(tokenizer: MarianTokenizer, text: str, ids: list[int]) -> list[int] | None:
    """Where SentencePiece found each piece; null where the tokenizer cut the text before it."""
    proto = tokenizer.spm_source.encode(text, return_type="proto")
    if tokenizer.convert_tokens_to_ids([piece.piece for piece in proto.pieces]) != ids[:-1]:
        return None
    encoded = text.encode()
    places = [place for piece in proto.pieces for place in (piece.begin, piece.end)]
    return [len(encoded[:place].decode()) for place in places]


def make(fixture: Fixture, settings: Settings) -> None:
    generator = random.Random(settings.seed)
    files = make_files(fixture, generator)
    with tempfile.TemporaryDirectory() as name:
        for file, content in files.items():
            (Path(name) / file).write_bytes(content)
        tokenizer = load(Path(name), fixture)
    texts = CODED + sentences(TextSettings(tokenizer=Path(), out=Path(), seed=settings.seed, count=fixture.count))
    texts += ["<x>", "a<x>b <x>", "<c>", "l'eau l'l'", "▁the cat", "C++ and ...", "日本語 日本", "<0x41>", "▁", "a▁b", "▁▁ ▁"]
    cases = []
    for text in texts:
        ids = tokenizer(text)["input_ids"]
        decoded = tokenizer.decode(ids, skip_special_tokens=True)
        cases.append([text, ids, offsets(tokenizer, text, ids), None if decoded == text else decoded])
    targets = [[text, tokenizer(text_target=text)["input_ids"]] for text in texts[:: len(texts) // 200]]
    count = len(tokenizer.decoder)
    drawn = [[generator.randrange(count) for _ in range(generator.randint(0, 12))] for _ in range(400)]
    listing = {
        "files": {file: base64.b64encode(content).decode() for file, content in files.items()},
        "cases": cases,
        "targets": targets,
        "decoded": [[ids, tokenizer.decode(ids, skip_special_tokens=True)] for ids in drawn],
    }
    body = json.dumps(listing, ensure_ascii=False, separators=(",", ":")).encode()
    path = settings.out / f"{fixture.name}.json.gz"
    path.write_bytes(gzip.compress(body, 9, mtime=0))
    placed = sum(case[2] is not None for case in cases)
    print(f"{path}: {len(cases)} texts, {placed} with places, {path.stat().st_size / 1e3:.0f} kB")


def main(settings: Settings) -> None:
    settings.out.mkdir(parents=True, exist_ok=True)
    for fixture in FIXTURES:
        make(fixture, settings)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--seed", type=int, default=20260)
    arguments = parser.parse_args()
    main(Settings(out=arguments.out, seed=arguments.seed))
