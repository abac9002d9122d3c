"""Greedy and beam decoding of either model, in batches; the rules are those of `generate` in transformers."""

import torch
from tokenizers import Tokenizer
from torch import Tensor


def reorder(model, state: dict[str, Tensor], rows: Tensor) -> dict[str, Tensor]:
    """State of the chosen hypotheses; what depends on the source alone is the same for all of a sentence."""
    return {name: part if model.is_fixed(name) else part.index_select(0, rows) for name, part in state.items()}


@torch.no_grad()
def beam_search(model, source: Tensor, beams: int, max_length: int, length_penalty: float = 1.0) -> list[list[int]]:
    """
    source: [batch, length], padded. Returns the best hypothesis of each sentence, without </s>.
    A hypothesis scores its summed log-probability / length^length_penalty, </s> counted.
    A sentence ends when its `beams` finished hypotheses cannot be beaten by the best running one.
    """
    batch, eos, pad = source.shape[0], model.settings.eos, model.settings.pad
    state = {name: part.repeat_interleave(beams, dim=0) for name, part in model.start(source).items()}
    first_row = torch.arange(batch)[:, None] * beams
    scores = torch.full((batch, beams), -torch.inf)
    scores[:, 0] = 0
    history = torch.full((batch, beams, 0), pad)
    last = torch.full((batch * beams,), pad)
    finished: list[list[tuple[float, list[int]]]] = [[] for _ in range(batch)]
    done = [False] * batch
    for length in range(1, max_length + 1):
        logits, state = model.step(last, length - 1, state)
        log_probs = logits.float().log_softmax(dim=-1)
        log_probs[:, pad] = -torch.inf
        if length == max_length:  # forced_eos_token_id
            log_probs[:, torch.arange(log_probs.shape[1]) != eos] = -torch.inf
        vocabulary = log_probs.shape[1]
        candidates = (scores[:, :, None] + log_probs.view(batch, beams, vocabulary)).flatten(1)
        best, places = candidates.topk(2 * beams, dim=1)
        parents, tokens = places // vocabulary, places % vocabulary
        is_end = tokens == eos
        for sentence, rank in is_end[:, :beams].nonzero().tolist():
            if done[sentence] or best[sentence, rank] == -torch.inf:
                continue
            words = history[sentence, parents[sentence, rank]].tolist()
            finished[sentence].append((best[sentence, rank].item() / length**length_penalty, words))
            finished[sentence] = sorted(finished[sentence], reverse=True)[:beams]
        # the first `beams` that go on, in order of score
        order = is_end.int().argsort(dim=1, stable=True)[:, :beams]
        scores, parents, tokens = (part.gather(1, order) for part in (best, parents, tokens))
        history = history.gather(1, parents[:, :, None].expand(-1, -1, history.shape[2]))
        history = torch.cat([history, tokens[:, :, None]], dim=2)
        for sentence in range(batch):
            enough = len(finished[sentence]) == beams
            hopeless = enough and scores[sentence, 0].item() / length**length_penalty <= finished[sentence][-1][0]
            done[sentence] = done[sentence] or hopeless
        if all(done):
            break
        last = tokens.flatten()
        state = reorder(model, state, (first_row + parents).flatten())
    return [max(hypotheses)[1] for hypotheses in finished]


def translate(
    model, tokenizer: Tokenizer, sentences: list[str], beams: int, max_length: int, batch_tokens: int = 2048
) -> list[str]:
    """Translations of the sentences, in their order; sentences of like length are decoded together."""
    rows = [item.ids for item in tokenizer.encode_batch(sentences)]
    order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
    found: dict[int, str] = {}
    while order:
        size = max(1, batch_tokens // (len(rows[order[0]]) + 4) // beams)
        chosen, order = order[:size], order[size:]
        longest = max(len(rows[index]) for index in chosen)
        source = torch.full((len(chosen), longest), model.settings.pad)
        for place, index in enumerate(chosen):
            source[place, : len(rows[index])] = torch.tensor(rows[index])
        limit = min(max_length, 2 * longest + 20)
        for index, tokens in zip(chosen, beam_search(model, source, beams, limit)):
            found[index] = tokenizer.decode(tokens)
    return [found[index] for index in range(len(rows))]
