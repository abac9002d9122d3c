"""Marian fixtures: tiny encoder-decoders, forced decoding, greedy and beam search of transformers.

A random decoder repeats one token for ever, so each model first learns, for some seconds, an invented language in
which a token has several translations. Then sources are drawn until the results show what an implementation can get
wrong (beams that swap, early stopping and length penalty that change the answer, bad words that would have been
chosen), and no decision is closer than MARGIN.

Run through make.py.
"""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import GenerationConfig, MarianConfig, MarianMTModel

from beam_search import Rules, beam_search
from vision import describe_attention

MARGIN = 5e-5
TRIES = 80
EOS = 0
INPUT_LENGTHS = [3, 6, 9, 13]


@dataclass
class Fixture:
    name: str
    config: dict
    generation: dict = field(default_factory=dict)
    dtype: torch.dtype = torch.float32
    logits_bias: float = 0.0
    """Deviation of final_logits_bias."""
    redundant: bool = False
    """Store tied matrices and position tables as well, as older files do."""


BASE = {
    "vocab_size": 60,
    "d_model": 24,
    "encoder_layers": 2,
    "decoder_layers": 3,
    "encoder_attention_heads": 3,
    "decoder_attention_heads": 3,
    "encoder_ffn_dim": 40,
    "decoder_ffn_dim": 32,
    "max_position_embeddings": 32,
    "eos_token_id": EOS,
    "bos_token_id": None,
    "forced_eos_token_id": None,
}
FIXTURES = [
    Fixture(
        "marian-shared-swish",
        {**BASE, "scale_embedding": True, "activation_function": "swish", "pad_token_id": 59, "decoder_start_token_id": 59},
        {"forced_eos_token_id": EOS, "renormalize_logits": True, "bad_words_ids": [[59]]},
        logits_bias=0.5,
    ),
    Fixture(
        "marian-separate-relu",
        {
            **BASE,
            "decoder_vocab_size": 52,
            "share_encoder_decoder_embeddings": False,
            "tie_word_embeddings": False,
            "scale_embedding": False,
            "activation_function": "relu",
            "pad_token_id": 51,
            "decoder_start_token_id": 51,
        },
        {"forced_eos_token_id": EOS, "renormalize_logits": False, "bad_words_ids": [[51], [7], [20], [33], [11, 12], [25, 26], [EOS]]},
        torch.float16,
    ),
    Fixture(
        "marian-tied-decoder-gelu",
        {
            **BASE,
            "d_model": 32,
            "encoder_attention_heads": 2,
            "decoder_attention_heads": 4,
            "share_encoder_decoder_embeddings": False,
            "scale_embedding": True,
            "activation_function": "gelu",
            "pad_token_id": 2,
            "decoder_start_token_id": 3,
        },
        {"renormalize_logits": False, "bad_words_ids": [[2], [3]]},
        torch.bfloat16,
        logits_bias=1.0,
    ),
    Fixture(
        "marian-redundant",
        {
            **BASE,
            "d_model": 16,
            "encoder_attention_heads": 4,
            "decoder_attention_heads": 2,
            "scale_embedding": True,
            "activation_function": "swish",
            "pad_token_id": 59,
            "decoder_start_token_id": 59,
        },
        {"forced_eos_token_id": EOS, "renormalize_logits": True, "bad_words_ids": [[59]]},
        logits_bias=0.3,
        redundant=True,
    ),
]


@dataclass(frozen=True)
class Search:
    num_beams: int
    length_penalty: float = 1.0
    early_stopping: bool | str = False
    max_length: int = 18


SEARCHES = [
    Search(1),
    Search(4),
    Search(4, length_penalty=0.0),
    Search(4, length_penalty=0.6),
    Search(4, length_penalty=2.0),
    Search(4, early_stopping=True),
    Search(4, early_stopping="never"),
    Search(2),
    Search(8, length_penalty=1.2),
    Search(1, max_length=5),
    Search(4, max_length=5),
]


@torch.no_grad()
def draw_weights(model: MarianMTModel, generator: torch.Generator, logits_bias: float) -> None:
    """Random weights, with norms and biases away from one and nothing, which training alone would leave there."""

    def normal(shape: torch.Size, deviation: float) -> torch.Tensor:
        return torch.randn(shape, generator=generator) * deviation

    width = model.config.d_model
    for name, parameter in model.named_parameters():
        if "embed_positions" in name:
            continue
        if "layer_norm" in name and name.endswith("weight"):
            parameter.copy_(1 + normal(parameter.shape, 0.2))
        elif name.endswith("bias"):
            parameter.copy_(normal(parameter.shape, 0.2))
        elif ("embed_tokens" in name or "shared" in name) and not model.config.scale_embedding:
            parameter.copy_(normal(parameter.shape, 1.0))
        else:
            gain = 2.2 if "q_proj" in name or "k_proj" in name else 1.0
            parameter.copy_(normal(parameter.shape, gain / math.sqrt(parameter.shape[1])))
    model.final_logits_bias.copy_(normal(model.final_logits_bias.shape, logits_bias))


def invented_translation(source: list[int], targets: list[int], generator: torch.Generator) -> list[int]:
    """A translation in an invented language: neighbours may change places, a token has two words, none, or both."""
    chance = torch.rand(len(source), 3, generator=generator).tolist()
    order = list(range(len(source) - 1))
    for place in range(0, len(order) - 1, 2):
        if chance[place][0] < 0.4:
            order[place], order[place + 1] = order[place + 1], order[place]
    translation = []
    for place in order:
        first = targets[(11 * source[place] + 1) % len(targets)]
        second = targets[(11 * source[place] + 2) % len(targets)]
        if chance[place][1] < 0.2:
            translation += [first, second]
        elif chance[place][1] < 0.9:
            translation.append(first if chance[place][2] < 0.55 else second)
    return [*translation, EOS]


def learn(model: MarianMTModel, generator: torch.Generator, steps: int = 500, batch: int = 32) -> None:
    """Teach the model the invented language, far enough for answers that end and leave doubt. No dropout."""
    model.eval()
    config = model.config
    special = {EOS, config.pad_token_id, config.decoder_start_token_id}
    targets = [token for token in range(config.decoder_vocab_size) if token not in special]
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 4e-3 * (1 - step / steps)
        length = int(torch.randint(3, 13, (1,), generator=generator))
        sources = [draw_tokens(length, config.vocab_size, special, generator) for _ in range(batch)]
        answers = [invented_translation(source, targets, generator) for source in sources]
        longest = max(len(answer) for answer in answers)
        labels = torch.tensor([answer + [-100] * (longest - len(answer)) for answer in answers])
        start = torch.full((batch, 1), config.decoder_start_token_id)
        inputs = torch.cat([start, labels[:, :-1].clamp(min=0)], dim=1)
        logits = model(input_ids=torch.tensor(sources), decoder_input_ids=inputs).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def store_redundant(path: Path, model: MarianMTModel) -> None:
    """Add the copies of the shared matrix and the position tables that older files hold."""
    tensors = load_file(path)
    shared = tensors["model.shared.weight"]
    for name in ("model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight", "lm_head.weight"):
        tensors[name] = shared.clone()
    for side in ("encoder", "decoder"):
        tensors[f"model.{side}.embed_positions.weight"] = getattr(model.model, side).embed_positions.weight.clone()
    save_file(tensors, path, metadata={"format": "pt"})


def write_checkpoint(folder: Path, fixture: Fixture, seed: int) -> MarianMTModel:
    """Write the folder and load it again, in float32 with eager attention."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(seed)
    config = MarianConfig(**fixture.config)
    model = MarianMTModel(config)
    draw_weights(model, generator, fixture.logits_bias)
    learn(model, generator)
    model.generation_config = GenerationConfig(
        eos_token_id=EOS,
        pad_token_id=config.pad_token_id,
        decoder_start_token_id=config.decoder_start_token_id,
        max_length=18,
        num_beams=4,
        **fixture.generation,
    )
    model.to(fixture.dtype).save_pretrained(folder)
    if fixture.redundant:
        store_redundant(folder / "model.safetensors", model)
    model, loading = MarianMTModel.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    assert not any(loading.values()), loading
    return model.eval()


def draw_tokens(length: int, vocabulary: int, forbidden: set[int], generator: torch.Generator) -> list[int]:
    """`length` tokens that end with the end of sentence."""
    allowed = torch.tensor([token for token in range(vocabulary) if token not in forbidden])
    picks = torch.randint(len(allowed), (length - 1,), generator=generator)
    return [*allowed[picks].tolist(), EOS]


@torch.no_grad()
def forced_decoding(model: MarianMTModel, source: list[int], target: list[int]) -> dict[str, torch.Tensor]:
    decoder_input = [model.config.decoder_start_token_id, *target[:-1]]
    result = model(
        input_ids=torch.tensor([source]), decoder_input_ids=torch.tensor([decoder_input]), output_attentions=True
    )
    tensors = {
        "input_ids": torch.tensor(source, dtype=torch.int32),
        "decoder_input_ids": torch.tensor(decoder_input, dtype=torch.int32),
        "target_ids": torch.tensor(target, dtype=torch.int32),
        "logits": result.logits[0],
        "target_log_probs": result.logits[0].log_softmax(-1)[torch.arange(len(target)), torch.tensor(target)],
        "encoder_last_hidden_state": result.encoder_last_hidden_state[0],
    }
    for stack in ("encoder_attentions", "decoder_attentions", "cross_attentions"):
        for layer, attention in enumerate(result[stack]):
            tensors[f"{stack}.{layer}"] = attention[0]
    return tensors


def attention_history(result, beam_indices: list[int], layer: int) -> torch.Tensor:
    """[heads, generated tokens, source]: the cross-attention rows of the steps that made one hypothesis.

    At step t, `generate` keeps the attention of every running beam; the row that chose token t is the one of the
    beam the token was appended to.
    """
    rows = [result.cross_attentions[step][layer][beam, :, -1] for step, beam in enumerate(beam_indices)]
    return torch.stack(rows, dim=1)


@torch.no_grad()
def search(model: MarianMTModel, source: list[int], settings: Search, without_bad_words: bool = False) -> dict:
    """One call of `generate`: every hypothesis with its score, beam indices, log-probabilities and attention."""
    beams = settings.num_beams
    arguments = {"bad_words_ids": None} if without_bad_words else {}
    if beams > 1:
        arguments |= {"length_penalty": settings.length_penalty, "early_stopping": settings.early_stopping}
    result = model.generate(
        torch.tensor([source]),
        num_beams=beams,
        num_return_sequences=beams,
        max_length=settings.max_length,
        do_sample=False,
        output_attentions=True,
        output_scores=True,
        output_logits=True,
        return_dict_in_generate=True,
        **arguments,
    )
    hypotheses = []
    for index, sequence in enumerate(result.sequences.tolist()):
        generated = len(sequence) - 1
        origins = [0] * generated
        if beams > 1:
            origins = [beam for beam in result.beam_indices[index].tolist() if beam >= 0]
            generated = len(origins)
        tokens = sequence[: generated + 1]
        log_probs = [
            result.logits[step][beam].log_softmax(-1)[tokens[step + 1]].item() for step, beam in enumerate(origins)
        ]
        layers = range(model.config.decoder_layers)
        hypotheses.append(
            {
                "tokens": tokens,
                "score": result.sequences_scores[index].item() if beams > 1 else None,
                "beamIndices": origins,
                "logProbs": log_probs,
                "history": [attention_history(result, origins, layer) for layer in layers],
            }
        )
    return {"settings": settings, "hypotheses": hypotheses}


@torch.no_grad()
def next_logits_of(model: MarianMTModel, source: list[int]):
    encoded = model.get_encoder()(torch.tensor([source])).last_hidden_state

    def next_logits(prefixes: list[list[int]]) -> torch.Tensor:
        states = encoded.expand(len(prefixes), -1, -1)
        with torch.no_grad():
            return model(encoder_outputs=(states,), decoder_input_ids=torch.tensor(prefixes)).logits[:, -1]

    return next_logits


def check_against_rules(model: MarianMTModel, source: list[int], found: dict) -> float:
    """Run the plain beam search beside `generate`: same hypotheses, or an error. Returns the closest decision."""
    settings, generation = found["settings"], model.generation_config
    rules = Rules(
        beams=settings.num_beams,
        length_penalty=settings.length_penalty,
        early_stopping=settings.early_stopping,
        max_length=settings.max_length,
        start=model.config.decoder_start_token_id,
        eos=EOS,
        forced_eos=generation.forced_eos_token_id,
        bad_words=generation.bad_words_ids,
        renormalise=bool(generation.renormalize_logits),
    )
    hypotheses, gap = beam_search(next_logits_of(model, source), rules)
    if gap < MARGIN:
        return gap
    if settings.num_beams == 1:
        assert hypotheses[0].tokens == found["hypotheses"][0]["tokens"]
        return gap
    for mine, theirs in zip(hypotheses, found["hypotheses"], strict=True):
        assert mine.tokens == theirs["tokens"], (settings, mine, theirs)
        assert mine.origins == theirs["beamIndices"], (settings, mine, theirs)
        assert abs(mine.score - theirs["score"]) < 1e-4, (settings, mine, theirs)
    return gap


def results_of(
    model: MarianMTModel, length: int, special: set[int], generator: torch.Generator
) -> tuple[list[int], list[dict], float]:
    """A source of this length on which no search comes near to a tie: the source, its results, the closest decision."""
    for _ in range(TRIES):
        source = draw_tokens(length, model.config.vocab_size, special, generator)
        found = [search(model, source, settings) for settings in SEARCHES]
        gap = min(check_against_rules(model, source, result) for result in found)
        if gap >= MARGIN:
            return source, found, gap
    raise RuntimeError(f"every source of length {length} met a tie")


def what_it_shows(model: MarianMTModel, sources: list[list[int]], found: list[list[dict]]) -> dict[str, bool]:
    """What the results of one checkpoint would catch in an implementation."""

    def tokens(source: int, settings: Search) -> list[list[int]]:
        return [hypothesis["tokens"] for hypothesis in found[source][SEARCHES.index(settings)]["hypotheses"]]

    def best(source: int, settings: Search) -> list[int]:
        return tokens(source, settings)[0]

    every = range(len(sources))
    beams = [found[source][SEARCHES.index(Search(4))]["hypotheses"][0]["beamIndices"] for source in every]
    shows = {
        "the best hypothesis changes beams": sum(len(set(indices)) > 1 for indices in beams) >= 2,
        "the best hypothesis overtakes others": any(a > b for indices in beams for a, b in zip(indices, indices[1:])),
        "beam search differs from greedy": any(best(s, Search(4)) != best(s, Search(1)) for s in every),
        "length penalty changes the best": any(
            best(s, Search(4, length_penalty=0.0)) != best(s, Search(4, length_penalty=2.0)) for s in every
        ),
        "early stopping changes the hypotheses": any(
            tokens(s, Search(4, early_stopping=True)) != tokens(s, Search(4, early_stopping="never")) for s in every
        ),
        "answers end by themselves": sum(len(best(s, Search(4))) < 18 for s in every) >= 3,
        "lengths vary": len({len(best(s, Search(4))) for s in every}) >= 3,
    }
    if len(model.generation_config.bad_words_ids) > 2:
        shows["bad words would have been chosen"] = any(
            search(model, source, Search(4), without_bad_words=True)["hypotheses"][0]["tokens"] != best(s, Search(4))
            for s, source in enumerate(sources)
        )
    return shows


def rounded(values: list[float]) -> list[float]:
    return [float(f"{value:.7g}") for value in values]


def write_expected(
    folder: Path, model: MarianMTModel, sources: list[list[int]], found: list[list[dict]], target: list[int]
) -> dict[str, torch.Tensor]:
    """Write expected.safetensors and expected.json; returns the tensors."""
    tensors = forced_decoding(model, sources[-1], target)
    lines = []
    for source, results in enumerate(found):
        for result in results:
            settings = result["settings"]
            keep = {Search(1): 1, Search(4): 4 if source == 1 else 1}.get(settings, 0)
            hypotheses = []
            for rank, hypothesis in enumerate(result["hypotheses"]):
                line = {
                    "tokens": hypothesis["tokens"],
                    "score": None if hypothesis["score"] is None else rounded([hypothesis["score"]])[0],
                    "logProbs": rounded(hypothesis["logProbs"]),
                    "beamIndices": hypothesis["beamIndices"],
                    "crossAttentions": None,
                }
                if rank < keep:
                    line["crossAttentions"] = f"generations.{len(lines)}.{rank}.cross_attentions"
                    for layer, history in enumerate(hypothesis["history"]):
                        tensors[f"{line['crossAttentions']}.{layer}"] = history
                hypotheses.append(line)
            lines.append(
                {
                    "input": source,
                    "numBeams": settings.num_beams,
                    "lengthPenalty": settings.length_penalty,
                    "earlyStopping": settings.early_stopping,
                    "maxLength": settings.max_length,
                    "hypotheses": hypotheses,
                }
            )
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "expected.safetensors")
    body = ",\n    ".join(json.dumps(line, separators=(",", ":")) for line in lines)
    text = f'{{\n  "inputs": {json.dumps(sources)},\n  "generations": [\n    {body}\n  ]\n}}\n'
    (folder / "expected.json").write_text(text)
    return tensors


def write_fixture(folder: Path, fixture: Fixture, seed: int) -> dict:
    """Write one checkpoint with its expected values and return its line of the manifest."""
    model = write_checkpoint(folder, fixture, seed)
    config = model.config
    special = {EOS, config.pad_token_id, config.decoder_start_token_id}
    generator = torch.Generator().manual_seed(seed)
    target = draw_tokens(8, config.decoder_vocab_size, special, generator)
    chosen = [results_of(model, length, special, generator) for length in INPUT_LENGTHS]
    for attempt in range(TRIES):
        sources, found, gaps = (list(column) for column in zip(*chosen))
        shows = what_it_shows(model, sources, found)
        if all(shows.values()):
            break
        place = attempt % len(INPUT_LENGTHS)
        chosen[place] = results_of(model, INPUT_LENGTHS[place], special, generator)
    else:
        raise RuntimeError(f"{fixture.name}: no sources show everything; the last: {shows}")
    tensors = write_expected(folder, model, sources, found, target)
    return {
        "dtype": str(fixture.dtype).removeprefix("torch."),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "closestDecision": float(f"{min(gaps):.1e}"),
        "shows": list(shows),
        "entropyShareOfUniform": {
            stack: describe_attention(tuple(t[None] for key, t in tensors.items() if key.startswith(f"{stack}.")))
            for stack in ("encoder_attentions", "cross_attentions")
        },
    }


def make(out: Path, seed: int) -> dict:
    """Write one folder per fixture and return their part of the manifest."""
    return {
        fixture.name: write_fixture(out / fixture.name, fixture, seed + 10_000 * index)
        for index, fixture in enumerate(FIXTURES)
    }
