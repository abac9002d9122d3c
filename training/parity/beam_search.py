"""Beam search as `generate` of transformers 5 does it, written out plainly for one sentence.

This is the executable form of the rules in README.md: marian.py runs it beside `generate` on every beam fixture and
stops if a token, a score or a beam index differs. It also measures by how much the closest decision was made, so
that no fixture hangs on rounding.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch

NextLogits = Callable[[list[list[int]]], torch.Tensor]
"""From prefixes of one length (the decoder start first) to the logits of the next token: [prefixes, vocabulary]."""


@dataclass(frozen=True)
class Rules:
    beams: int
    length_penalty: float
    early_stopping: bool | str
    """False, True or "never"."""
    max_length: int
    """Counts the decoder start token."""
    start: int
    eos: int
    forced_eos: int | None
    bad_words: list[list[int]]
    renormalise: bool


@dataclass
class Hypothesis:
    tokens: list[int]
    score: float
    """Sum of log-probabilities while running; divided by length ** length_penalty once finished."""
    origins: list[int] = field(default_factory=list)
    """For every token after the start: the running beam it was appended to, so whose attention row belongs to it."""


def process(log_probs: torch.Tensor, prefix: list[int], rules: Rules) -> torch.Tensor:
    """Bad words, then the forced end, then (if asked) a second log-softmax."""
    log_probs = log_probs.clone()
    for word in rules.bad_words:
        if word != [rules.eos] and (len(word) == 1 or prefix[-len(word) + 1 :] == word[:-1]):
            log_probs[word[-1]] = -math.inf
    if rules.forced_eos is not None and len(prefix) == rules.max_length - 1:
        log_probs[:] = -math.inf
        log_probs[rules.forced_eos] = 0
    return log_probs.log_softmax(-1) if rules.renormalise else log_probs


def beam_search(next_logits: NextLogits, rules: Rules) -> tuple[list[Hypothesis], float]:
    """The finished hypotheses, best first, and the smallest gap between two scores that a decision compared."""
    running = [Hypothesis([rules.start], 0.0)]
    finished: list[Hypothesis] = []
    gap = math.inf
    while True:
        logits = next_logits([hypothesis.tokens for hypothesis in running])
        candidates = []
        for beam, hypothesis in enumerate(running):
            log_probs = process(logits[beam].log_softmax(-1), hypothesis.tokens, rules)
            for token, log_prob in enumerate(log_probs.tolist()):
                if log_prob > -math.inf:
                    candidates.append(
                        Hypothesis([*hypothesis.tokens, token], hypothesis.score + log_prob, [*hypothesis.origins, beam])
                    )
        candidates.sort(key=lambda candidate: -candidate.score)
        gap = min([gap, *(a.score - b.score for a, b in zip(candidates, candidates[1 : 2 * rules.beams + 1]))])
        candidates = candidates[: 2 * rules.beams]

        length = len(candidates[0].tokens)
        generated = length - 1
        is_last = length >= rules.max_length
        running = []
        for rank, candidate in enumerate(candidates):
            if candidate.tokens[-1] == rules.eos or is_last:
                if rank < rules.beams:
                    score = candidate.score / generated**rules.length_penalty
                    finished.append(Hypothesis(candidate.tokens, score, candidate.origins))
            elif len(running) < rules.beams:
                running.append(candidate)
        finished.sort(key=lambda hypothesis: -hypothesis.score)
        gap = min([gap, *(a.score - b.score for a, b in zip(finished, finished[1:]))])
        finished = finished[: rules.beams]

        if not running:
            return finished, gap
        if len(finished) == rules.beams:
            if rules.early_stopping is True:
                return finished, gap
            optimistic = rules.early_stopping == "never" and rules.length_penalty > 0
            best_length = rules.max_length - 1 if optimistic else generated
            hope = running[0].score / best_length**rules.length_penalty
            gap = min(gap, abs(hope - finished[-1].score))
            if hope <= finished[-1].score:
                return finished, gap
