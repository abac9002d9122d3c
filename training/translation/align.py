"""Alignment error rate of every layer and head of the cross-attention, by forced decoding.

    python align.py --model ../../public/models/heed-marian-en-fr --gold ../../data/text/alignments
    python align.py --model FOLDER --gold DIR --sets alibi --word-model work/word-model.npz

The gold target is fed to the decoder; the attention of target piece i is the
row with which that piece was predicted. Pieces are merged to the gold words by
their characters: weights are summed over the pieces of a source word and
averaged over those of a target word. </s> is left out on both sides, and every
target word is linked to the source word with the largest weight. With A these
links, S the sure and P the sure and possible gold links (Och & Ney 2003):

    AER = 1 - (|A and S| + |A and P|) / (|A| + |S|)

One JSON line for each set and each attention. The baselines on the same
sentences: the diagonal, and with --word-model the posteriors of word_model.py.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy
import torch
from tokenizers import Tokenizer

import checkpoint
import detokenise
import word_model
from corpora import read_lines

SETS = ["hansards-test", "alibi", "europarl-golden"]
Links = set[tuple[int, int]]  # English and French word, counted from 0


@dataclass(frozen=True)
class Sentence:
    source: list[int]  # token ids, </s> included
    target: list[int]
    source_words: numpy.ndarray  # [words, pieces], 1 where the piece is part of the word; </s> is part of none
    target_words: numpy.ndarray
    sure: Links  # source and target word
    possible: Links  # sure ones included


def read_gold(path: Path) -> tuple[dict[int, Links], dict[int, Links]]:
    """Sure links, and sure and possible links, of each sentence (from 0)."""
    sure, possible = {}, {}
    for line in read_lines(path):
        sentence, english, french, kind = line.split()
        link = (int(english) - 1, int(french) - 1)
        possible.setdefault(int(sentence) - 1, set()).add(link)
        if kind == "S":
            sure.setdefault(int(sentence) - 1, set()).add(link)
    return sure, possible


def membership(tokenizer: Tokenizer, text: detokenise.Text) -> tuple[list[int], numpy.ndarray]:
    """Token ids of the text and which pieces share a character with which word."""
    encoding = tokenizer.encode(text.text)
    words = numpy.zeros((len(text.spans), len(encoding.ids)), dtype=numpy.float32)
    for piece, (start, end) in enumerate(encoding.offsets):
        for word, (first, last) in enumerate(text.spans):
            words[word, piece] = max(start, first) < min(end, last)
    return encoding.ids, words


def read_sentences(gold: Path, name: str, tokenizer: Tokenizer, source: str) -> list[Sentence]:
    sure, possible = read_gold(gold / f"{name}.wa")
    expanded = name.startswith("hansards")
    sentences = []
    for number, lines in enumerate(zip(read_lines(gold / f"{name}.en"), read_lines(gold / f"{name}.fr"))):
        texts = [detokenise.join(line.split(), french, expanded) for line, french in zip(lines, (False, True))]
        links = [found.get(number, set()) for found in (sure, possible)]
        if source == "fr":
            texts = texts[::-1]
            links = [{link[::-1] for link in found} for found in links]
        (source_ids, source_words), (target_ids, target_words) = (membership(tokenizer, text) for text in texts)
        sentences.append(Sentence(source_ids, target_ids, source_words, target_words, *links))
    return sentences


def merge(weights: numpy.ndarray, sentence: Sentence) -> numpy.ndarray:
    """[..., target pieces, source pieces] to [..., target words, source words]."""
    counts = sentence.target_words.sum(axis=1, keepdims=True)
    return (sentence.target_words / numpy.maximum(counts, 1)) @ weights @ sentence.source_words.T


@torch.no_grad()
def attentions(model, sentence: Sentence) -> dict[str, numpy.ndarray]:
    """Of every layer and head, of their means, and of the mean of all: [target pieces, source pieces]."""
    inputs = torch.tensor([[model.settings.pad, *sentence.target[:-1]]])
    _, crosses = model(torch.tensor([sentence.source]), inputs)
    layers = [cross[0].float().numpy() for cross in crosses]
    found = {}
    for number, layer in enumerate(layers):
        found |= {f"layer {number + 1} head {head + 1}": weights for head, weights in enumerate(layer)}
        found[f"layer {number + 1} mean"] = layer.mean(axis=0)
    return {**found, "mean of all": numpy.mean([layer.mean(axis=0) for layer in layers], axis=0)}


def diagonal(sentence: Sentence) -> numpy.ndarray:
    """Largest where a word stands as far into its sentence as the other; for words, not pieces."""
    places = [(numpy.arange(len(words)) + 0.5) / len(words) for words in (sentence.target_words, sentence.source_words)]
    return -numpy.abs(places[0][:, None] - places[1])


class Pair:
    """One sentence in the shape that word_model.make_cells reads."""

    def __init__(self, english: list[int], french: list[int]):
        self.source, self.target = numpy.array(english), numpy.array(french)
        self.source_offsets, self.target_offsets = numpy.array([0, len(english)]), numpy.array([0, len(french)])
        self.source_lengths, self.target_lengths = numpy.array([len(english)]), numpy.array([len(french)])


def word_model_weights(tables: dict, sentence: Sentence, source: str) -> dict[str, numpy.ndarray]:
    """Posteriors of the statistical model: target given source alone, and the product of both directions."""
    english, french = (sentence.source, sentence.target) if source == "en" else (sentence.target, sentence.source)
    cells = word_model.make_cells(Pair(english, french), 0, 1)
    settings = word_model.Settings()
    direction = "forward" if source == "en" else "backward"
    one_way = word_model.posteriors(cells, tables[direction], tables[f"null_{direction}"], settings, True, source == "en")
    found = {"word model": one_way, "word model, both directions": word_model.agreement(cells, tables, settings)}
    padded = {}
    for name, values in found.items():
        grid = numpy.zeros((len(french), len(english)), dtype=numpy.float32)
        grid[:-1, :-1] = values.reshape(len(french) - 1, len(english) - 1)
        padded[name] = grid if source == "en" else grid.T
    return padded


def links_of(words: numpy.ndarray) -> Links:
    """Every target word to its best source word; a word without pieces is left alone."""
    return {(int(row.argmax()), target) for target, row in enumerate(words) if row.max() != row.min() or len(row) == 1}


def score(found: list[Links], sentences: list[Sentence]) -> dict[str, float]:
    """AER, precision against sure and possible links, recall of the sure ones."""
    linked = sum(len(links) for links in found)
    sure = sum(len(sentence.sure) for sentence in sentences)
    in_sure = sum(len(links & sentence.sure) for links, sentence in zip(found, sentences))
    in_possible = sum(len(links & sentence.possible) for links, sentence in zip(found, sentences))
    return {
        "aer": round(1 - (in_sure + in_possible) / (linked + sure), 4),
        "precision": round(in_possible / max(linked, 1), 4),
        "recall": round(in_sure / max(sure, 1), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="checkpoint folder")
    parser.add_argument("--gold", type=Path, required=True, help="folder of NAME.en, NAME.fr, NAME.wa")
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--source", choices=("en", "fr"), default="en")
    parser.add_argument("--word-model", type=Path, help="word-model.npz, trained with the same vocabulary")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    loaded = checkpoint.load(arguments.model)
    tables = None
    if arguments.word_model:
        tables = {name: table.astype(numpy.float32) for name, table in numpy.load(arguments.word_model).items()}
    for name in arguments.sets:
        sentences = read_sentences(arguments.gold, name, loaded.tokenizer, arguments.source)
        found: dict[str, list[Links]] = {}
        for sentence in sentences:
            weights = attentions(loaded.model, sentence)
            if tables:
                weights |= word_model_weights(tables, sentence, arguments.source)
            words = {key: merge(value, sentence) for key, value in weights.items()}
            for key, value in {**words, "diagonal": diagonal(sentence)}.items():
                found.setdefault(key, []).append(links_of(value))
        for key, links in found.items():
            print(json.dumps({"set": name, "attention": key, **score(links, sentences)}), flush=True)


if __name__ == "__main__":
    main()
