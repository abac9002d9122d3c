"""Reads the parallel text and says what each split is called.

All files are UTF-8, one sentence or sentence pair per line. Training text is
brought to one spelling of quotes and spaces; evaluation text is left as it is.
"""

import gzip
import lzma
import unicodedata
from pathlib import Path

Pair = tuple[str, str]  # English, French

# One character for one character, so that positions in the typed text survive.
# The tokenizer applies the same table (see prepare.py).
CHARACTER_TABLE = {
    "\u2019": "'",
    "\u2018": "'",
    "\u02bc": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
}


def normalise(text: str) -> str:
    """NFC, straight quotes, plain single spaces; what training text looks like."""
    text = unicodedata.normalize("NFC", text).translate(str.maketrans(CHARACTER_TABLE))
    return " ".join(text.split())


def read_lines(path: Path) -> list[str]:
    """Lines of a plain, .gz or .xz text file, without their line ends."""
    opener = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    with opener(path, "rt", encoding="utf-8", newline="\n") as file:
        return [line.rstrip("\n") for line in file]


def read_tsv(path: Path) -> list[Pair]:
    """English TAB French per line; further columns (other references) are ignored."""
    pairs = []
    for number, line in enumerate(read_lines(path), 1):
        fields = line.split("\t")
        if len(fields) < 2:
            raise ValueError(f"{path.name}, line {number}: expected English TAB French")
        pairs.append((fields[0], fields[1]))
    return pairs


def read_parallel(english: Path, french: Path) -> list[Pair]:
    """Two files, line n of one translating line n of the other."""
    left, right = read_lines(english), read_lines(french)
    if len(left) != len(right):
        raise ValueError(f"{english.name} has {len(left)} lines, {french.name} has {len(right)}")
    return list(zip(left, right))


def read_split(data: Path, name: str) -> list[Pair]:
    """One named split; see SPLITS."""
    return SPLITS[name](data)


def _multi30k(split: str):
    return lambda data: read_parallel(data / f"multi30k/{split}.en.gz", data / f"multi30k/{split}.fr.gz")


def _tsv(name: str):
    return lambda data: read_tsv(data / f"{name}.tsv.xz")


SPLITS = {
    "tatoeba-train": _tsv("tatoeba.en-fr"),
    "tatoeba-dev": _tsv("tatoeba.en-fr.dev"),
    "tatoeba-test": _tsv("tatoeba.en-fr.test"),
    "multi30k-train": _multi30k("train"),
    "multi30k-val": _multi30k("val"),
    "multi30k-test-2016": _multi30k("test_2016_flickr"),
    "multi30k-test-2017": _multi30k("test_2017_flickr"),
    "general-train": _tsv("general.en-fr"),
    "newstest2013": _tsv("newstest2013.en-fr"),
    "newstest2014": _tsv("newstest2014.en-fr"),
}
