"""Lenses and changed attention of the translators: what PyTorch's automatic differentiation says of the tiny fixtures.

    python training/parity/translation_lenses.py --fixtures e2e/fixtures/parity

Reads the checkpoints and the forced targets of marian-* and gru-*, and writes beside them lenses.safetensors, and for
marian-* changed.json. T target tokens, S source tokens; row = target token, column = source token.

    value_norm.one      [layers, heads, T, S]  ‖α f(x)‖ of Kobayashi et al. 2020 (arXiv:2004.10102), cross-attention
    value_norm.all      [layers, T, S]         ‖Σ over heads of α f(x)‖
    relevance           [T, S]   Chefer, Gur, Wolf 2021 (arXiv:2103.15679), for the logit of each target token
    input_gradient      [T, S]   gradient of that logit × the source token's embedding, without its position
    occlusion           [T, S]   log-probability of each target token less that with the source token masked
    changed.<n>.logits  [T, V]   with the n-th changes of changed.json (in the engine's own form)

The recurrent model has occlusion and input_gradient alone. Its encoder reads a token that its attention cannot see.

Relevance follows the authors' code for DETR, but for one thing: a row of R - I that is all zeros (of a position after
the one asked about, which a causal decoder has and DETR has not) stays zero instead of being divided by zero.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import MarianMTModel
from transformers.models.marian import modeling_marian

import gru

CHANGES = [
    {"heads": [{"stack": "encoder", "layer": 0, "head": 1, "scale": 0, "replacement": None}]},
    {"heads": [{"stack": "decoder", "layer": 1, "head": 0, "scale": 0, "replacement": None}]},
    {"heads": [{"stack": "cross", "layer": 2, "head": 1, "scale": 1.7, "replacement": None}]},
    {"heads": [{"stack": "cross", "layer": 0, "head": 0, "scale": 1, "replacement": {"kind": "uniform"}}]},
    {"heads": [{"stack": "decoder", "layer": 0, "head": 1, "scale": 1, "replacement": {"kind": "uniform"}}]},
    {"heads": [{"stack": "encoder", "layer": 1, "head": 0, "scale": 0.5, "replacement": {"kind": "one-hot"}}]},
    {
        "heads": [
            {"stack": "cross", "layer": 1, "head": 1, "scale": 1, "replacement": {"kind": "temperature", "temperature": 0.4}},
            {"stack": "encoder", "layer": 0, "head": 0, "scale": 1, "replacement": {"kind": "temperature", "temperature": 3}},
        ]
    },
    {
        "cuts": [
            {"stack": "encoder", "layer": 0, "head": None, "query": 1, "key": 2},
            {"stack": "decoder", "layer": 2, "head": 1, "query": 3, "key": 0},
            {"stack": "cross", "layer": 0, "head": None, "query": 2, "key": 5},
        ]
    },
    {"hiddenTokens": [2, 7], "heads": [{"stack": "cross", "layer": 0, "head": 1, "scale": 1, "replacement": {"kind": "uniform"}}]},
]


@dataclass
class Settings:
    fixtures: Path


def stack_of(name: str) -> tuple[str, int]:
    """Stack and layer of a module's name: model.decoder.layers.1.encoder_attn."""
    _, side, _, layer, kind = name.split(".")
    return ("cross" if kind == "encoder_attn" else side), int(layer)


class ChangedAttention:
    """Takes the place of the eager attention of every MarianAttention, with changes in the engine's form."""

    def __init__(self, model: MarianMTModel, changes: dict):
        modules = [(name, module) for name, module in model.named_modules() if type(module).__name__ == "MarianAttention"]
        self.places = {module: stack_of(name) for name, module in modules}
        self.changes = {"heads": [], "cuts": [], "hiddenTokens": [], **changes}

    def __call__(self, module, query, key, value, attention_mask, scaling=None, dropout=0.0, **_):
        stack, layer = self.places[module]
        scores = query @ key.transpose(2, 3) * scaling
        seen = torch.ones_like(scores[0], dtype=torch.bool)
        if stack == "decoder":
            seen &= torch.ones_like(seen).tril()
        else:
            seen[:, :, self.changes["hiddenTokens"]] = False
        for cut in self.changes["cuts"]:
            if (cut["stack"], cut["layer"]) == (stack, layer):
                heads = slice(None) if cut["head"] is None else cut["head"]
                seen[heads, cut["query"], cut["key"]] = False
        own = [change for change in self.changes["heads"] if (change["stack"], change["layer"]) == (stack, layer)]
        scale = torch.ones(scores.shape[1])
        weights = []
        for head in range(scores.shape[1]):
            change = next((change for change in own if change["head"] == head), {"scale": 1, "replacement": None})
            scale[head] = change["scale"]
            weights.append(self.replaced(scores[0, head], seen[head], change["replacement"]))
        weights = torch.stack(weights)[None]
        mixed = (weights @ value) * scale[None, :, None, None]
        return mixed.transpose(1, 2).contiguous(), weights

    @staticmethod
    def replaced(scores: Tensor, seen: Tensor, replacement: dict | None) -> Tensor:
        kind = None if replacement is None else replacement["kind"]
        if kind == "uniform":
            return seen / seen.sum(dim=-1, keepdim=True)
        temperature = replacement["temperature"] if kind == "temperature" else 1.0
        weights = (scores / temperature).masked_fill(~seen, -torch.inf).softmax(dim=-1)
        if kind == "one-hot":
            return torch.nn.functional.one_hot(weights.argmax(dim=-1), weights.shape[-1]).to(weights.dtype)
        return weights


@torch.no_grad()
def logits_with(model: MarianMTModel, source: Tensor, inputs: Tensor, changes: dict) -> Tensor:
    eager = modeling_marian.eager_attention_forward
    modeling_marian.eager_attention_forward = ChangedAttention(model, changes)
    try:
        return model(input_ids=source[None], decoder_input_ids=inputs[None]).logits[0]
    finally:
        modeling_marian.eager_attention_forward = eager


def average_heads(weights: Tensor, gradient: Tensor) -> Tensor:
    """Rule 5: gradient × attention, clamped at zero, then the mean of the heads."""
    return (gradient * weights)[0].clamp(min=0).mean(dim=0)


def handle_residual(relevance: Tensor) -> Tensor:
    """Equations 8 and 9."""
    gathered = relevance - torch.eye(len(relevance))
    total = gathered.sum(dim=-1, keepdim=True)
    return gathered / torch.where(total == 0, 1.0, total) + torch.eye(len(relevance))


def relevance_of(result, position: int) -> Tensor:
    source_count, target_count = result.cross_attentions[0].shape[-1], result.cross_attentions[0].shape[-2]
    source = torch.eye(source_count)
    for weights in result.encoder_attentions:
        source = source + average_heads(weights, weights.grad) @ source
    target, across = torch.eye(target_count), torch.zeros(target_count, source_count)
    for self_weights, cross_weights in zip(result.decoder_attentions, result.cross_attentions):
        mixed = average_heads(self_weights, self_weights.grad)
        across, target = across + mixed @ across, target + mixed @ target
        looked = average_heads(cross_weights, cross_weights.grad)
        across = across + handle_residual(target).t() @ (looked @ handle_residual(source))
    return across[position]


def gradients(model: MarianMTModel, source: Tensor, inputs: Tensor, tokens: Tensor) -> dict[str, Tensor]:
    """relevance and input_gradient: one backward pass for each target token."""
    encoder = model.get_encoder()
    embedded = (encoder.embed_tokens(source[None]) * model.config_scale).detach().requires_grad_()
    # inputs_embeds are taken as they are; the positions are added to them.
    result = model(inputs_embeds=embedded, decoder_input_ids=inputs[None], output_attentions=True)
    stacks = [*result.encoder_attentions, *result.decoder_attentions, *result.cross_attentions]
    for weights in stacks:
        weights.retain_grad()
    relevance, products = [], []
    for position, token in enumerate(tokens):
        for tensor in (*stacks, embedded):
            tensor.grad = None
        result.logits[0, position, token].backward(retain_graph=True)
        relevance.append(relevance_of(result, position))
        products.append((embedded.grad * embedded)[0].sum(dim=-1).detach())
    return {"relevance": torch.stack(relevance).detach(), "input_gradient": torch.stack(products)}


@torch.no_grad()
def value_norms(model: MarianMTModel, source: Tensor, inputs: Tensor) -> dict[str, Tensor]:
    result = model(input_ids=source[None], decoder_input_ids=inputs[None], output_attentions=True)
    states = result.encoder_last_hidden_state[0]
    single, together = [], []
    for layer, weights in zip(model.get_decoder().layers, result.cross_attentions):
        attention = layer.encoder_attn
        heads = weights.shape[1]
        values = attention.v_proj(states).view(len(states), heads, -1).transpose(0, 1)
        outputs = attention.out_proj.weight.t().reshape(heads, -1, states.shape[-1])
        vectors = weights[0][..., None] * (values @ outputs)[:, None]  # [head, T, S, width]
        single.append(vectors.norm(dim=-1))
        together.append(vectors.sum(dim=0).norm(dim=-1))
    return {"value_norm.one": torch.stack(single), "value_norm.all": torch.stack(together)}


def token_log_probs(logits: Tensor, tokens: Tensor) -> Tensor:
    return logits.log_softmax(dim=-1)[torch.arange(len(tokens)), tokens]


def write_marian(folder: Path) -> None:
    model = MarianMTModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    model.config_scale = model.config.d_model**0.5 if model.config.scale_embedding else 1.0
    expected = load_file(folder / "expected.safetensors")
    source, inputs, tokens = (expected[key].long() for key in ("input_ids", "decoder_input_ids", "target_ids"))
    found = {**value_norms(model, source, inputs), **gradients(model, source, inputs, tokens)}
    plain = token_log_probs(logits_with(model, source, inputs, {}), tokens)
    assert torch.allclose(plain, expected["target_log_probs"], atol=1e-4), "the replaced attention is not the model's own"
    found["occlusion"] = torch.stack(
        [
            plain - token_log_probs(logits_with(model, source, inputs, {"hiddenTokens": [place]}), tokens)
            for place in range(len(source))
        ],
        dim=1,
    )
    for number, changes in enumerate(CHANGES):
        found[f"changed.{number}.logits"] = logits_with(model, source, inputs, changes)
    save_file({name: tensor.contiguous() for name, tensor in found.items()}, folder / "lenses.safetensors")
    (folder / "changed.json").write_text(json.dumps(CHANGES, indent=1) + "\n")


def write_gru(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    settings = gru.GruSettings(
        config["vocab_size"],
        config["embedding_size"],
        config["encoder_hidden_size"],
        config["encoder_layers"],
        config["decoder_hidden_size"],
        config["attention_size"],
        eos=config["eos_token_id"],
        pad=config["pad_token_id"],
    )
    model = gru.Gru(settings).eval()
    model.load_state_dict(load_file(folder / "model.safetensors"))
    expected = load_file(folder / "expected.safetensors")
    weight, bias = model.output_layer()
    kept = {}
    model.encoder.register_forward_pre_hook(lambda _, arguments: kept.update(embedded=arguments[0]))
    start = model.start
    found = {}
    for case in gru.CASES:
        source, inputs = expected[f"{case}.source"].long(), expected[f"{case}.inputs"].long()
        # The target that these inputs are of, and an end.
        tokens = torch.cat([inputs[1:], torch.tensor([settings.eos])])
        logits = model(source[None], inputs[None])[0][0] @ weight.t() + bias
        embedded, products = kept["embedded"], []
        for position, token in enumerate(tokens):
            (gradient,) = torch.autograd.grad(logits[position, token], embedded, retain_graph=True)
            products.append((gradient * embedded)[0].sum(dim=-1).detach())
        found[f"{case}.input_gradient"] = torch.stack(products)
        drops = []
        for place in range(len(source)):
            hidden = torch.zeros(1, len(source))
            hidden[0, place] = -1e9
            model.start = lambda text, hidden=hidden: {**(state := start(text)), "mask": state["mask"] + hidden}
            with torch.no_grad():
                without = model(source[None], inputs[None])[0][0] @ weight.t() + bias
            drops.append(token_log_probs(logits, tokens) - token_log_probs(without, tokens))
        model.start = start
        # Without its only token the softmax of the definition is uniform over what is masked: no case for a test.
        if len(source) > 1:
            found[f"{case}.occlusion"] = torch.stack(drops, dim=1).detach()
    save_file({name: tensor.contiguous() for name, tensor in found.items()}, folder / "lenses.safetensors")


def main(settings: Settings) -> None:
    torch.set_num_threads(1)
    for folder in sorted(settings.fixtures.iterdir()):
        if folder.name.startswith("marian-"):
            write_marian(folder)
        elif folder.name.startswith("gru-"):
            write_gru(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fixtures", type=Path, required=True, help="folder with marian-* and gru-*")
    main(Settings(fixtures=parser.parse_args().fixtures))
