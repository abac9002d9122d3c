"""Make the parity fixtures of the recurrent translator: tiny random checkpoints, and what its definition computes.

    python training/parity/gru.py --out e2e/fixtures/parity

`training/translation/gru/model.py` is that definition. Each folder holds config.json, model.safetensors (float32) and
expected.safetensors, for one sentence at a time, so without padding:

    <case>.source               int32 [S], ends in </s>
    <case>.inputs               int32 [T], the padding token, then the target without its </s>
    <case>.annotations          [S, 2H]
    <case>.initial_state        [D]
    <case>.attention            [T, S], each row sums to 1
    <case>.states               [T, D], s_1 to s_T
    <case>.logits               [T, V]
    <case>.greedy               int32, tokens that greedy decoding chooses, the padding token never
    <case>.greedy_attention     [tokens, S]
"""

import argparse
import importlib.util
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors.torch import save_file

TRANSLATION = Path(__file__).parents[1] / "translation"


def load_definition():
    """The module gru/model.py of the recipe; by its path, since this file bears the name of its package."""
    sys.path.append(str(TRANSLATION))
    spec = importlib.util.spec_from_file_location("heed_gru_definition", TRANSLATION / "gru" / "model.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


definition = load_definition()
Gru, GruSettings = definition.Gru, definition.GruSettings

CASES = {"short": (3, 2), "long": (11, 8), "single": (1, 3)}  # source and target tokens
GREEDY_TOKENS = 12


@dataclass(frozen=True)
class Fixture:
    name: str
    settings: GruSettings = field(default_factory=GruSettings)


FIXTURES = [
    Fixture("gru-small", GruSettings(37, 8, 6, 1, 10, 7)),
    Fixture("gru-two-layers", GruSettings(50, 12, 9, 2, 16, 5, eos=1, pad=49)),
]


def draw_weights(model: Gru, generator: torch.Generator) -> None:
    """Weights large enough for attention and gates to be far from uniform, so that a mistake shows."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            deviation = 0.3 if "bias" in name else 3 / parameter.shape[-1] ** 0.5
            deviation *= 4 if "attention.score" in name else 1
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * deviation)


def trace(model: Gru, source: torch.Tensor, inputs: torch.Tensor) -> dict[str, torch.Tensor]:
    """What the definition computes for one sentence, step by step and by teacher forcing; both must agree."""
    state = model.start(source[None])
    found = {"annotations": state["annotations"][0], "initial_state": state["state"][0]}
    states, logits = [], []
    for position, token in enumerate(inputs):
        step_logits, state = model.step(token[None], position, state)
        states.append(state["state"][0])
        logits.append(step_logits[0])
    outputs, (attention,) = model(source[None], inputs[None])
    weight, bias = model.output_layer()
    found |= {"attention": attention[0, 0], "states": torch.stack(states), "logits": outputs[0] @ weight.t() + bias}
    assert torch.allclose(found["logits"], torch.stack(logits), atol=1e-4), "stepping and teacher forcing differ"
    return found


def greedy(model: Gru, source: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens chosen one by one until </s> or GREEDY_TOKENS, and their attention."""
    state, token, tokens = model.start(source[None]), model.settings.pad, []
    for position in range(GREEDY_TOKENS):
        logits, state = model.step(torch.tensor([token]), position, state)
        logits[0, model.settings.pad] = -torch.inf
        token = int(logits.argmax())
        tokens.append(token)
        if token == model.settings.eos:
            break
    inputs = torch.tensor([[model.settings.pad, *tokens[:-1]]])
    return torch.tensor(tokens), model(source[None], inputs)[1][0][0, 0]


@torch.no_grad()
def write_fixture(folder: Path, fixture: Fixture, seed: int) -> dict:
    """Write one checkpoint with its expected values and return its line of the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(seed)
    settings = fixture.settings
    model = Gru(settings).eval()
    draw_weights(model, generator)
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(definition.to_config(settings, "float32"), indent=2) + "\n")

    expected = {}
    for case, (source_count, target_count) in CASES.items():
        words = torch.randint(settings.vocabulary_size, (source_count + target_count,), generator=generator)
        words[(words == settings.pad) | (words == settings.eos)] = 5
        source = torch.cat([words[: source_count - 1], torch.tensor([settings.eos])])
        inputs = torch.cat([torch.tensor([settings.pad]), words[source_count : source_count + target_count - 1]])
        tokens, greedy_attention = greedy(model, source)
        values = {"source": source, "inputs": inputs, "greedy": tokens, "greedy_attention": greedy_attention}
        for name, tensor in {**values, **trace(model, source, inputs)}.items():
            tensor = tensor if tensor.is_floating_point() else tensor.int()
            expected[f"{case}.{name}"] = tensor.contiguous()
    save_file(expected, folder / "expected.safetensors")
    most = max(expected[f"{case}.attention"].max().item() for case in ("short", "long"))
    return {"model": "heed-gru", "parameters": sum(p.numel() for p in model.parameters()), "attentionMost": round(most, 4)}


def make(out: Path, seed: int) -> dict:
    """Write one folder per fixture and return their part of the manifest."""
    return {
        fixture.name: write_fixture(out / fixture.name, fixture, seed + index)
        for index, fixture in enumerate(FIXTURES)
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of all fixtures; only gru-* in it is written")
    parser.add_argument("--seed", type=int, default=20260)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(json.dumps(make(arguments.out, arguments.seed), indent=2))
