"""Batches by token count, sentences of like length together, in an order that a seed decides."""

from dataclasses import dataclass
from pathlib import Path

import numpy
import torch
from torch import Tensor

NO_LINK = 255  # in the links files, where a target piece has no source piece


@dataclass(frozen=True)
class Batch:
    source: Tensor  # [sentences, length], ending in </s>, padded
    inputs: Tensor  # [sentences, length], the padding token (start), then the target without its </s>
    targets: Tensor  # [sentences, length], padded
    links: Tensor | None = None  # [sentences, length], source position that translates each target piece, -1 for none


class Corpus:
    """Token arrays of one corpus, as prepare.py writes them, and the links of word_model.py where asked for."""

    def __init__(self, path: Path, source: str, target: str, with_links: bool = False):
        arrays = numpy.load(path)
        self.source, self.source_offsets = arrays[source], arrays[f"{source}_offsets"]
        self.target, self.target_offsets = arrays[target], arrays[f"{target}_offsets"]
        self.source_lengths = numpy.diff(self.source_offsets)
        self.target_lengths = numpy.diff(self.target_offsets)
        self.links = numpy.load(path.with_name(f"{path.stem}-links.npz"))[target] if with_links else None

    def __len__(self) -> int:
        return len(self.source_lengths)

    def rows(self, index: int) -> tuple[numpy.ndarray, numpy.ndarray]:
        return (
            self.source[self.source_offsets[index] : self.source_offsets[index + 1]],
            self.target[self.target_offsets[index] : self.target_offsets[index + 1]],
        )

    def links_of(self, index: int) -> numpy.ndarray:
        links = self.links[self.target_offsets[index] : self.target_offsets[index + 1]].astype(numpy.int64)
        return numpy.where(links == NO_LINK, -1, links)


def sample(size: int, share: float, rng: numpy.random.Generator) -> numpy.ndarray:
    """Every index floor(share) times, and a random part of them once more."""
    whole = numpy.tile(numpy.arange(size), int(share))
    rest = rng.permutation(size)[: round((share - int(share)) * size)]
    return numpy.concatenate([whole, rest])


def plan_epoch(corpora: list[Corpus], shares: list[float], batch_tokens: int, seed: tuple[int, ...]) -> list[numpy.ndarray]:
    """
    One epoch as a list of batches, each [sentences, 2] of corpus number and index.
    A batch holds at most batch_tokens of padded source or target, whichever is longer.
    """
    rng = numpy.random.default_rng(seed)
    entries, lengths = [], []
    for number, (corpus, share) in enumerate(zip(corpora, shares)):
        indices = sample(len(corpus), share, rng)
        entries.append(numpy.stack([numpy.full(len(indices), number), indices], axis=1))
        lengths.append(numpy.stack([corpus.target_lengths[indices], corpus.source_lengths[indices]], axis=1))
    entries, lengths = numpy.concatenate(entries), numpy.concatenate(lengths)
    order = rng.permutation(len(entries))
    order = order[numpy.lexsort((lengths[order, 1], lengths[order, 0]))]
    batches, start, longest = [], 0, 0
    for position, index in enumerate(order):
        longest = max(longest, int(lengths[index].max()))
        if longest * (position - start + 1) > batch_tokens and position > start:
            batches.append(entries[order[start:position]])
            start, longest = position, int(lengths[index].max())
    batches.append(entries[order[start:]])
    return [batches[index] for index in rng.permutation(len(batches))]


def collate(corpora: list[Corpus], entries: numpy.ndarray, pad: int) -> Batch:
    """Tensors of one batch of plan_epoch."""
    rows = [corpora[number].rows(index) for number, index in entries]
    source = numpy.full((len(rows), max(len(row[0]) for row in rows)), pad, dtype=numpy.int64)
    targets = numpy.full((len(rows), max(len(row[1]) for row in rows)), pad, dtype=numpy.int64)
    for index, (left, right) in enumerate(rows):
        source[index, : len(left)] = left
        targets[index, : len(right)] = right
    inputs = numpy.full_like(targets, pad)
    inputs[:, 1:] = targets[:, :-1]
    arrays = [source, inputs, targets]
    if all(corpus.links is not None for corpus in corpora):
        links = numpy.full_like(targets, -1)
        for row, (number, index) in enumerate(entries):
            found = corpora[number].links_of(index)
            links[row, : len(found)] = found
        arrays.append(links)
    return Batch(*(torch.from_numpy(array) for array in arrays))
