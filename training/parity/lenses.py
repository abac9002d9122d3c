"""What the lenses for a label compute with ViT fixtures: gradients by automatic differentiation, in float64.

The forward pass is written out here, since attention has to be changed and differentiated in its middle; without
changes its logits and attention are held against those of transformers in the fixture.

Run through make.py, after the fixtures of vision.py, or alone:

    python training/parity/lenses.py --out e2e/fixtures/parity
"""

import argparse
import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from rollout import discard

DEFINITIONS = {
    "target": "index of the label whose logit is differentiated; with a teacher the logit is the mean of both classifiers'",
    "attention.<layer>": "attention as values are mixed with it, after changes, before a head's scale: [heads, queries, keys]",
    "gradient.<layer>": "derivative of the logit by attention.<layer>",
    "relevance": "Chefer, Gur and Wolf 2021 (arXiv 2103.15679), self-attention: R = I, then for each layer from the first "
    "R = R + mean over heads of max(0, gradient * attention) @ R; stored is R - I: [queries, keys]",
    "gradientRollout.<case>": "rollout of F = mean over heads of max(0, gradient * attention): discarding as in rollout.json, "
    "rows divided by their sums, A = (1 - residual) * F + residual * I, where a row of zeros of F becomes that of I: "
    "[queries, keys]",
    "valueNorm.<layer>": "Kobayashi et al. 2020 (arXiv 2004.10102): norm of weight * scale * (x W_V + b_V) W_O of each "
    "head, without the output's bias: [heads, queries, keys]",
    "valueNormSum.<layer>": "norm of the sum over heads of these vectors: [queries, keys]",
    "inputGradient": "pixels times the derivative of the logit by them, summed over a patch: [patches]",
    "integratedGradients.<baseline>": "Sundararajan et al. 2017 (arXiv 1703.01365), midpoints of equal steps: [patches]",
    "occlusion.<window>": "probability of the target less that without the tokens of window x window patches, the mean "
    "over all windows that hold the patch and lie in the picture: [patches]",
}
ROLLOUT_CASES = [
    {"discardRatio": 0.0, "residual": 0.5},
    {"discardRatio": 0.6, "residual": 0.2},
]
STEPS = 6


@dataclass(frozen=True)
class Case:
    fixture: str
    target: int
    changes: dict = field(default_factory=lambda: {"heads": [], "cuts": [], "hiddenTokens": []})
    name: str = ""


def head(layer: int, index: int, scale: float = 1.0, replacement: dict | None = None) -> dict:
    return {"stack": "self", "layer": layer, "head": index, "scale": scale, "replacement": replacement}


def cut(layer: int, index: int | None, query: int, key: int) -> dict:
    return {"stack": "self", "layer": layer, "head": index, "query": query, "key": key}


CHANGES = {
    "heads": [
        head(0, 0, 0.4),
        head(0, 1, 1.0, {"kind": "uniform"}),
        head(0, 2, 1.5, {"kind": "temperature", "temperature": 0.5}),
        head(1, 0, 1.0, {"kind": "one-hot"}),
        head(1, 1, 0.0),
    ],
    "cuts": [cut(0, None, 5, 6), cut(1, 2, 0, 3), cut(2, 0, 0, 0)],
    "hiddenTokens": [4, 11],
}
CASES = [
    Case("vit-patch4", 2),
    Case("vit-grey-patch8", 4),
    Case("vit-heads5-patch16", 1),
    Case("vit-wide-no-qkv-bias", 5),
    Case("deit-plain", 0),
    Case("deit-distilled", 3),
    Case("vit-tall", 6, {**CHANGES, "heads": [], "cuts": [cut(0, 0, 0, 2), cut(1, None, 1, 1)]}, "hidden"),
    Case("deit-distilled", 3, CHANGES, "changed"),
]


class Model:
    """A ViT or DeiT from its checkpoint, in float64."""

    def __init__(self, folder: Path) -> None:
        self.config = json.loads((folder / "config.json").read_text())
        self.weights = {name: tensor.double() for name, tensor in load_file(folder / "model.safetensors").items()}
        self.prefix = f"{self.config['model_type']}."
        self.layers = self.config["num_hidden_layers"]
        self.heads = self.config["num_attention_heads"]
        self.width = self.config["hidden_size"]
        self.patch = self.config["patch_size"]
        side = self.config["image_size"]
        height, width = side if isinstance(side, list) else (side, side)
        self.rows, self.columns = height // self.patch, width // self.patch
        self.special = [
            self.get(f"embeddings.{name}_token")[0, 0]
            for name in ("cls", "distillation")
            if f"{self.prefix}embeddings.{name}_token" in self.weights
        ]
        names = ["cls_classifier", "distillation_classifier"]
        self.classifiers = names if f"{names[0]}.weight" in self.weights else ["classifier"]

    def get(self, name: str) -> torch.Tensor:
        return self.weights[self.prefix + name]

    def linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return torch.nn.functional.linear(x, self.get(f"{name}.weight"), self.weights.get(f"{self.prefix}{name}.bias"))

    def norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        epsilon = self.config["layer_norm_eps"]
        return torch.nn.functional.layer_norm(x, (self.width,), self.get(f"{name}.weight"), self.get(f"{name}.bias"), epsilon)

    def activate(self, x: torch.Tensor) -> torch.Tensor:
        match self.config["hidden_act"]:
            case "gelu":
                return torch.nn.functional.gelu(x)
            case "gelu_new":
                return torch.nn.functional.gelu(x, approximate="tanh")
            case "quick_gelu":
                return x * torch.sigmoid(1.702 * x)
            case "relu":
                return torch.relu(x)
            case other:
                raise ValueError(other)

    def embed(self, pixels: torch.Tensor) -> torch.Tensor:
        """[1, channels, height, width] to [tokens, width]."""
        name = "embeddings.patch_embeddings.projection"
        patches = torch.nn.functional.conv2d(pixels, self.get(f"{name}.weight"), self.get(f"{name}.bias"), self.patch)
        tokens = torch.cat([torch.stack(self.special), patches[0].flatten(1).T])
        return tokens + self.get("embeddings.position_embeddings")[0]

    def split(self, x: torch.Tensor) -> torch.Tensor:
        """[tokens, width] to [heads, tokens, head size]."""
        return x.view(len(x), self.heads, -1).transpose(0, 1)

    def run(self, pixels: torch.Tensor, changes: dict, kept: torch.Tensor | None = None) -> dict:
        """Logits, and for each layer attention as values are mixed with it and the vectors that are mixed."""
        x = self.embed(pixels)
        tokens = torch.arange(len(x)) if kept is None else kept
        x = x[tokens]
        attentions, vectors = [], []
        for layer in range(self.layers):
            name = f"encoder.layer.{layer}"
            normed = self.norm(x, f"{name}.layernorm_before")
            query, key, value = (
                self.split(self.linear(normed, f"{name}.attention.attention.{part}")) for part in ("query", "key", "value")
            )
            scores = query @ key.transpose(1, 2) / math.sqrt(self.width / self.heads)
            attention = torch.stack(
                [change_weights(scores[index], layer, index, tokens, changes) for index in range(self.heads)]
            )
            scales = torch.tensor([scale_of(layer, index, changes) for index in range(self.heads)]).double()
            output = self.get(f"{name}.attention.output.dense.weight").T.view(self.heads, -1, self.width)
            vectors.append(scales[:, None, None] * (value @ output))
            mixed = (scales[:, None, None] * (attention @ value)).transpose(0, 1).reshape(len(x), -1)
            x = x + self.linear(mixed, f"{name}.attention.output.dense")
            inner = self.activate(self.linear(self.norm(x, f"{name}.layernorm_after"), f"{name}.intermediate.dense"))
            x = x + self.linear(inner, f"{name}.output.dense")
            attentions.append(attention)
        x = self.norm(x, "layernorm")
        logits = [
            torch.nn.functional.linear(x[token], self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])
            for token, name in enumerate(self.classifiers)
        ]
        return {"logits": torch.stack(logits).mean(0), "attentions": attentions, "vectors": vectors}


def change_of(layer: int, index: int, changes: dict) -> dict | None:
    return next((one for one in changes["heads"] if one["layer"] == layer and one["head"] == index), None)


def scale_of(layer: int, index: int, changes: dict) -> float:
    change = change_of(layer, index, changes)
    return 1.0 if change is None else change["scale"]


def change_weights(scores: torch.Tensor, layer: int, index: int, tokens: torch.Tensor, changes: dict) -> torch.Tensor:
    """[queries, keys]: replaced, then cut; a row without a key is zeros."""
    seen = ~torch.isin(tokens, torch.tensor(changes["hiddenTokens"], dtype=torch.long)).expand(scores.shape).clone()
    for one in changes["cuts"]:
        if one["layer"] == layer and one["head"] in (None, index):
            seen[(tokens[:, None] == one["query"]) & (tokens[None, :] == one["key"])] = False
    change = change_of(layer, index, changes)
    replacement = (change or {}).get("replacement") or {"kind": "none"}
    match replacement["kind"]:
        case "none":
            weights = torch.softmax(scores.masked_fill(~seen, -math.inf), -1)
        case "temperature":
            weights = torch.softmax((scores / replacement["temperature"]).masked_fill(~seen, -math.inf), -1)
        case "uniform":
            weights = seen.double() / seen.sum(-1, keepdim=True)
        case "one-hot":
            largest = scores.masked_fill(~seen, -math.inf).argmax(-1)
            weights = torch.nn.functional.one_hot(largest, len(tokens)).double()
        case other:
            raise ValueError(other)
    return torch.where(seen.any(-1, keepdim=True), weights, torch.zeros_like(weights))


def per_patch(pixels: torch.Tensor, patch: int) -> torch.Tensor:
    """Sums over channels and pixels: [1, channels, height, width] to [patches]."""
    return torch.nn.functional.avg_pool2d(pixels.sum(1), patch)[0].flatten() * patch * patch


def relevance(positives: list[torch.Tensor]) -> torch.Tensor:
    identity = torch.eye(positives[0].shape[-1], dtype=torch.float64)
    result = identity
    for positive in positives:
        result = result + positive @ result
    return result - identity


def gradient_rollout(positives: list[torch.Tensor], discard_ratio: float, residual: float) -> torch.Tensor:
    identity = torch.eye(positives[0].shape[-1], dtype=torch.float64)
    result = identity
    for positive in positives:
        kept = discard(positive, discard_ratio)
        total = kept.sum(1, keepdim=True)
        shared = torch.where(total > 0, kept / total, identity)
        result = ((1 - residual) * shared + residual * identity) @ result
    return result


def occlusion(model: Model, pixels: torch.Tensor, case: Case, window: int) -> torch.Tensor:
    special = len(model.special)
    tokens = torch.arange(special + model.rows * model.columns)
    grid = tokens[special:].view(model.rows, model.columns)

    def probability(kept: torch.Tensor) -> float:
        return torch.softmax(model.run(pixels, case.changes, kept)["logits"], 0)[case.target].item()

    whole = probability(tokens)
    total, count = torch.zeros(len(tokens)).double(), torch.zeros(len(tokens)).double()
    for row in range(model.rows - window + 1):
        for column in range(model.columns - window + 1):
            gone = grid[row : row + window, column : column + window].flatten()
            total[gone] += whole - probability(tokens[~torch.isin(tokens, gone)])
            count[gone] += 1
    return (total / count)[special:]


def baselines(folder: Path, pixels: torch.Tensor) -> dict[str, torch.Tensor]:
    """What no picture is: the preprocessor's mean colour, and black."""
    settings = json.loads((folder / "preprocessor_config.json").read_text())
    mean, deviation = (torch.tensor(settings[key]).double()[None, :, None, None] for key in ("image_mean", "image_std"))
    return {"mean": torch.zeros_like(pixels), "black": (-mean / deviation).expand(pixels.shape)}


def measure(folder: Path, case: Case) -> dict[str, torch.Tensor]:
    """Every expected value of one case."""
    model = Model(folder)
    expected = load_file(folder / "expected.safetensors")
    pixels = expected["pixel_values"].double().requires_grad_()
    run = model.run(pixels, case.changes)
    if not case.name:
        assert torch.allclose(run["logits"].float(), expected["logits"], atol=1e-4)
        for layer, attention in enumerate(run["attentions"]):
            assert torch.allclose(attention.float(), expected[f"attentions.{layer}"], atol=1e-5)
    assert run["logits"].argmax() != case.target, "the target is to differ from the prediction"
    # Uniform weights depend on nothing before them.
    for attention in run["attentions"]:
        assert attention.requires_grad
    *gradients, by_pixels = torch.autograd.grad(run["logits"][case.target], [*run["attentions"], pixels])
    attentions = [attention.detach() for attention in run["attentions"]]
    positives = [(gradient * attention).clamp(min=0).mean(0) for gradient, attention in zip(gradients, attentions, strict=True)]

    tensors = {"logits": run["logits"].detach(), "relevance": relevance(positives)}
    for layer, (gradient, attention) in enumerate(zip(gradients, attentions, strict=True)):
        tensors[f"gradient.{layer}"] = gradient
        if case.name:
            tensors[f"attention.{layer}"] = attention
    for index, settings in enumerate(ROLLOUT_CASES):
        tensors[f"gradientRollout.{index}"] = gradient_rollout(positives, settings["discardRatio"], settings["residual"])
    layer = model.layers - 1
    weighted = torch.einsum("hqk,hkw->hqkw", attentions[layer], run["vectors"][layer].detach())
    tensors[f"valueNorm.{layer}"] = weighted.norm(dim=-1)
    tensors[f"valueNormSum.{layer}"] = weighted.sum(0).norm(dim=-1)
    tensors["inputGradient"] = per_patch((pixels * by_pixels).detach(), model.patch)

    for name, baseline in baselines(folder, pixels.detach()).items():
        difference = pixels.detach() - baseline
        total = torch.zeros_like(baseline)
        for step in range(STEPS):
            between = (baseline + (step + 0.5) / STEPS * difference).requires_grad_()
            total += torch.autograd.grad(model.run(between, case.changes)["logits"][case.target], between)[0]
        tensors[f"integratedGradients.{name}"] = per_patch(difference * total / STEPS, model.patch)
    with torch.no_grad():
        for window in (1, 2):
            if window <= min(model.rows, model.columns):
                tensors[f"occlusion.{window}"] = occlusion(model, pixels, case, window)
    return {key: tensor.float().contiguous() for key, tensor in tensors.items()}


def make(out: Path) -> dict:
    """Write out/lenses.json (definitions and cases) and out/lenses.safetensors; returns its part of the manifest."""
    tensors, cases = {}, []
    for case in CASES:
        key = f"{case.fixture}.{case.name}" if case.name else case.fixture
        cases.append({"key": key, "fixture": case.fixture, "target": case.target, "changes": case.changes})
        measured = measure(out / case.fixture, case)
        tensors |= {f"{key}.{name}": tensor for name, tensor in measured.items()}
    settings = {"definitions": DEFINITIONS, "rolloutCases": ROLLOUT_CASES, "integratedSteps": STEPS, "cases": cases}
    (out / "lenses.json").write_text(json.dumps(settings, indent=2) + "\n")
    save_file(tensors, out / "lenses.safetensors")
    return {"cases": [case["key"] for case in cases], "arithmetic": "float64, stored as float32"}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder with the fixtures of vision.py")
    print(json.dumps(make(parser.parse_args().out)))
