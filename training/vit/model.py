"""The vision transformer of Dosovitskiy et al. 2021 (arXiv 2010.11929), fig. 1, written as its diagram.

    pixels -> patches -> + positions -> [ norm, attention, + ; norm, MLP, + ] x layers -> norm -> classifier

It computes what `transformers.ViTForImageClassification` computes; `to_transformers` and
`from_transformers` rename its weights. Query, key and value are one matrix here (one product).
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class ViTShape:
    """Sizes of the model; `image_size` and `patch_size` in pixels."""

    image_size: int = 64
    patch_size: int = 4
    hidden_size: int = 192
    layers: int = 6
    heads: int = 6
    mlp_size: int = 768
    labels: int = 207
    layer_norm_eps: float = 1e-6

    @property
    def grid(self) -> int:
        """Patches along one side."""
        return self.image_size // self.patch_size


class Attention(nn.Module):
    """softmax(query · key / sqrt(head size)) · value, for every head at once.

    Written as `bmm`, `softmax`, `bmm` over (batch · heads, tokens, head size): on a CPU its
    backward pass is nearly twice as fast as that of `scaled_dot_product_attention`.
    """

    def __init__(self, shape: ViTShape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query_key_value = nn.Linear(shape.hidden_size, 3 * shape.hidden_size)
        self.output = nn.Linear(shape.hidden_size, shape.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, width = x.shape
        size = width // self.heads
        packed = self.query_key_value(x).view(batch, tokens, 3, self.heads, size)
        if x.is_cuda:
            query, key, value = packed.permute(2, 0, 3, 1, 4)
            mixed = F.scaled_dot_product_attention(query, key, value)
        else:
            query, key, value = packed.permute(2, 0, 3, 1, 4).reshape(3, -1, tokens, size)
            scores = torch.bmm(query * size**-0.5, key.transpose(1, 2))
            mixed = torch.bmm(scores.softmax(-1), value).view(batch, self.heads, tokens, size)
        return self.output(mixed.transpose(1, 2).reshape(batch, tokens, width))


class Layer(nn.Module):
    """One encoder layer, normalised before each half (pre-norm)."""

    def __init__(self, shape: ViTShape) -> None:
        super().__init__()
        self.norm_before = nn.LayerNorm(shape.hidden_size, shape.layer_norm_eps)
        self.attention = Attention(shape)
        self.norm_after = nn.LayerNorm(shape.hidden_size, shape.layer_norm_eps)
        self.expand = nn.Linear(shape.hidden_size, shape.mlp_size)
        self.contract = nn.Linear(shape.mlp_size, shape.hidden_size)

    def forward(self, x: Tensor, paths: Tensor | None = None) -> Tensor:
        """`paths` (2, batch, 1, 1) scales the two residual branches: stochastic depth."""
        attended = self.attention(self.norm_before(x))
        x = x + (attended if paths is None else attended * paths[0])
        expanded = self.contract(F.gelu(self.expand(self.norm_after(x))))
        return x + (expanded if paths is None else expanded * paths[1])


class ViT(nn.Module):
    """Image classifier: pixels (batch, 3, side, side), normalised, to logits (batch, labels)."""

    def __init__(self, shape: ViTShape) -> None:
        super().__init__()
        self.shape = shape
        self.patches = nn.Conv2d(3, shape.hidden_size, shape.patch_size, shape.patch_size)
        self.cls = nn.Parameter(torch.zeros(1, 1, shape.hidden_size))
        self.positions = nn.Parameter(torch.zeros(1, 1 + shape.grid**2, shape.hidden_size))
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = nn.LayerNorm(shape.hidden_size, shape.layer_norm_eps)
        self.classifier = nn.Linear(shape.hidden_size, shape.labels)
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif "norm" not in name:
                nn.init.trunc_normal_(parameter, std=0.02)

    def forward(self, pixels: Tensor, kept: Tensor | None = None, paths: Tensor | None = None) -> Tensor:
        """In training, `kept` (batch, count) int64 names the patches of each picture that are not
        dropped, and `paths` (layers, 2, batch, 1, 1) scales the residual branches."""
        x = self.patches(pixels).flatten(2).transpose(1, 2) + self.positions[:, 1:]
        if kept is not None:
            x = x.gather(1, kept[..., None].expand(-1, -1, x.shape[-1]))
        x = torch.cat([(self.cls + self.positions[:, :1]).expand(len(x), -1, -1), x], 1)
        for depth, layer in enumerate(self.layers):
            x = layer(x, None if paths is None else paths[depth])
        return self.classifier(self.norm(x[:, 0]))


def resize_positions(positions: Tensor, grid: int) -> Tensor:
    """Positions (1, 1 + n², width) for another grid, bicubic; that of [CLS] stays (paper, section 3.2)."""
    cls, rest = positions[:, :1], positions[:, 1:]
    side = round(rest.shape[1] ** 0.5)
    if side == grid:
        return positions
    square = rest.reshape(1, side, side, -1).permute(0, 3, 1, 2)
    square = F.interpolate(square, (grid, grid), mode="bicubic", antialias=grid < side)
    return torch.cat([cls, square.flatten(2).transpose(1, 2)], 1)


# Our names to those of transformers; the fused query, key and value are split apart.
OUTER = {
    "patches": "vit.embeddings.patch_embeddings.projection",
    "norm": "vit.layernorm",
    "classifier": "classifier",
}
INNER = {
    "norm_before": "layernorm_before",
    "attention.output": "attention.output.dense",
    "norm_after": "layernorm_after",
    "expand": "intermediate.dense",
    "contract": "output.dense",
}
PARTS = ("query", "key", "value")


def to_transformers(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """A state of `ViT` under the names of `ViTForImageClassification`."""
    out = {
        "vit.embeddings.cls_token": state["cls"],
        "vit.embeddings.position_embeddings": state["positions"],
    }
    for name, tensor in state.items():
        module, _, kind = name.rpartition(".")
        if module in OUTER:
            out[f"{OUTER[module]}.{kind}"] = tensor
        elif module.startswith("layers."):
            _, number, inner = module.split(".", 2)
            prefix = f"vit.encoder.layer.{number}"
            if inner == "attention.query_key_value":
                for part, piece in zip(PARTS, tensor.chunk(3), strict=True):
                    out[f"{prefix}.attention.attention.{part}.{kind}"] = piece.clone()
            else:
                out[f"{prefix}.{INNER[inner]}.{kind}"] = tensor
    return out


def from_transformers(tensors: dict[str, Tensor], shape: ViTShape) -> dict[str, Tensor]:
    """The inverse of `to_transformers`, in float32; a missing or left-over tensor is an error."""
    left = {name: tensor.float() for name, tensor in tensors.items()}
    state = {
        "cls": left.pop("vit.embeddings.cls_token"),
        "positions": left.pop("vit.embeddings.position_embeddings"),
    }
    for kind in ("weight", "bias"):
        for ours, theirs in OUTER.items():
            state[f"{ours}.{kind}"] = left.pop(f"{theirs}.{kind}")
        for number in range(shape.layers):
            prefix = f"vit.encoder.layer.{number}"
            for ours, theirs in INNER.items():
                state[f"layers.{number}.{ours}.{kind}"] = left.pop(f"{prefix}.{theirs}.{kind}")
            pieces = [left.pop(f"{prefix}.attention.attention.{part}.{kind}") for part in PARTS]
            state[f"layers.{number}.attention.query_key_value.{kind}"] = torch.cat(pieces)
    if left:
        raise ValueError(f"The checkpoint has tensors that this model lacks: {', '.join(left)}.")
    return state
