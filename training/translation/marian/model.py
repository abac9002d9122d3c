"""The Transformer of Vaswani et al. 2017 in the layout of MarianMTModel.

Parameter names are those of `transformers`, so that a state dict loads there
unchanged; check_transformers.py proves that logits agree. Written out here
because training on a CPU wants `bmm` attention (its backward is twice as fast
as the fused one there), one matrix product for query, key and value, and a
loss that never holds all logits at once.

Post-norm: y = LayerNorm(x + Sublayer(x)). Positions are sinusoids, all sines
first, then all cosines. Embeddings are scaled by sqrt(width) and shared between
source, target and output. The decoder starts with the padding token.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from dropout import StripDropout


@dataclass(frozen=True)
class MarianSettings:
    vocabulary_size: int = 8000
    width: int = 256
    layers: int = 3  # of the encoder, and of the decoder
    heads: int = 8  # more heads of 32 show more than 4 of 64, at the same cost
    feed_forward: int = 1024
    max_positions: int = 512
    dropout: float = 0.1  # on the embeddings and on what each sublayer adds
    eos: int = 0
    pad: int = 2


def to_config(settings: MarianSettings, dtype: str) -> dict:
    """config.json of a checkpoint, with the fields of MarianConfig."""
    return {
        "model_type": "marian",
        "architectures": ["MarianMTModel"],
        "vocab_size": settings.vocabulary_size,
        "decoder_vocab_size": settings.vocabulary_size,
        "d_model": settings.width,
        "encoder_layers": settings.layers,
        "decoder_layers": settings.layers,
        "num_hidden_layers": settings.layers,
        "encoder_attention_heads": settings.heads,
        "decoder_attention_heads": settings.heads,
        "encoder_ffn_dim": settings.feed_forward,
        "decoder_ffn_dim": settings.feed_forward,
        "max_position_embeddings": settings.max_positions,
        "activation_function": "relu",
        "scale_embedding": True,
        "static_position_embeddings": True,
        "normalize_before": False,
        "normalize_embedding": False,
        "add_final_layer_norm": False,
        "add_bias_logits": False,
        "share_encoder_decoder_embeddings": True,
        "tie_word_embeddings": True,
        "is_encoder_decoder": True,
        "use_cache": True,
        "dropout": settings.dropout,
        "attention_dropout": 0.0,
        "activation_dropout": 0.0,
        "eos_token_id": settings.eos,
        "forced_eos_token_id": settings.eos,
        "pad_token_id": settings.pad,
        "decoder_start_token_id": settings.pad,
        "bad_words_ids": [[settings.pad]],
        "dtype": dtype,
    }


def sinusoids(count: int, width: int) -> Tensor:
    """[count, width]: sin(p / 10000^(2i / width)) for every i, then the cosines."""
    rates = 10000 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    angles = torch.arange(count, dtype=torch.float64)[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], dim=1).float()


class Attention(nn.Module):
    """Multi-head scaled dot-product attention; names as in MarianAttention."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.head_width = width // heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def split_heads(self, states: Tensor) -> Tensor:
        """[batch, length, width] to contiguous [batch * heads, length, head width]."""
        batch, length, _ = states.shape
        states = states.view(batch, length, self.heads, self.head_width).transpose(1, 2)
        return states.reshape(batch * self.heads, length, self.head_width)

    def keys_values(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of [batch, length, width] states, heads split."""
        weight = torch.cat([self.k_proj.weight, self.v_proj.weight])
        bias = torch.cat([self.k_proj.bias, self.v_proj.bias])
        keys, values = functional.linear(states, weight, bias).chunk(2, dim=-1)
        return self.split_heads(keys), self.split_heads(values)

    def project(self, states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Scaled queries, keys and values of self-attention in one matrix product."""
        weight = torch.cat([self.q_proj.weight, self.k_proj.weight, self.v_proj.weight])
        bias = torch.cat([self.q_proj.bias, self.k_proj.bias, self.v_proj.bias])
        queries, keys, values = functional.linear(states, weight, bias).chunk(3, dim=-1)
        return self.split_heads(queries) * self.head_width**-0.5, self.split_heads(keys), self.split_heads(values)

    def queries(self, states: Tensor) -> Tensor:
        return self.split_heads(self.q_proj(states)) * self.head_width**-0.5

    def attend(self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """
        mask: additive, [batch, 1 or queries, keys], 0 or a large negative number.
        Returns the output [batch, queries, width] and probs [batch, heads, queries, keys].
        """
        length, batch = queries.shape[1], queries.shape[0] // self.heads
        scores = torch.bmm(queries, keys.transpose(1, 2))
        if mask is not None:
            shaped = scores.view(batch, self.heads, length, -1) + mask[:, None].to(scores.dtype)
            scores = shaped.view(batch * self.heads, length, -1)
        probs = scores.softmax(dim=-1)
        mixed = torch.bmm(probs.to(values.dtype), values)
        mixed = mixed.view(batch, self.heads, length, self.head_width).transpose(1, 2).reshape(batch, length, -1)
        return self.out_proj(mixed), probs.view(batch, self.heads, length, -1)


class Layer(nn.Module):
    """One layer of the encoder, or of the decoder when it has cross-attention."""

    def __init__(self, settings: MarianSettings, cross: bool, dropout: StripDropout):
        super().__init__()
        width = settings.width
        self.drop = dropout
        self.self_attn = Attention(width, settings.heads)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        if cross:
            self.encoder_attn = Attention(width, settings.heads)
            self.encoder_attn_layer_norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, settings.feed_forward)
        self.fc2 = nn.Linear(settings.feed_forward, width)
        self.final_layer_norm = nn.LayerNorm(width)

    def feed_forward(self, states: Tensor) -> Tensor:
        hidden = functional.relu(self.fc1(states))
        return self.final_layer_norm(states + self.drop(self.fc2(hidden)))


class Stack(nn.Module):
    """Encoder or decoder: a list of layers, under the name that Marian uses."""

    def __init__(self, settings: MarianSettings, cross: bool, dropout: StripDropout):
        super().__init__()
        self.layers = nn.ModuleList([Layer(settings, cross, dropout) for _ in range(settings.layers)])


class Marian(nn.Module):
    def __init__(self, settings: MarianSettings):
        super().__init__()
        self.settings = settings
        self.drop = StripDropout(settings.dropout)
        self.model = nn.Module()
        self.model.shared = nn.Embedding(settings.vocabulary_size, settings.width)
        self.model.encoder = Stack(settings, cross=False, dropout=self.drop)
        self.model.decoder = Stack(settings, cross=True, dropout=self.drop)
        self.final_logits_bias = nn.Parameter(torch.zeros(1, settings.vocabulary_size))
        self.register_buffer("positions", sinusoids(settings.max_positions, settings.width), persistent=False)
        self.reset()

    def reset(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)
        nn.init.normal_(self.model.shared.weight, std=self.settings.width**-0.5)

    def embed(self, tokens: Tensor, start: int = 0) -> Tensor:
        """Scaled embeddings plus positions start, start + 1, ... of [batch, length] tokens."""
        states = self.model.shared(tokens) * math.sqrt(self.settings.width)
        states = states + self.positions[start : start + tokens.shape[1]]
        return self.drop(states)

    def padding_mask(self, source: Tensor) -> Tensor | None:
        """[batch, 1, length] with -10000 on padding; none where nothing is padded."""
        padding = source == self.settings.pad
        return padding[:, None].float() * -10000.0 if padding.any() else None

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor | None]:
        """[batch, length] tokens to [batch, length, width] states and the mask for attention to them."""
        mask = self.padding_mask(source)
        states = self.embed(source)
        for layer in self.model.encoder.layers:
            added, _ = layer.self_attn.attend(*layer.self_attn.project(states), mask)
            states = layer.self_attn_layer_norm(states + layer.drop(added))
            states = layer.feed_forward(states)
        return states, mask

    def decode(self, inputs: Tensor, encoded: Tensor, mask: Tensor | None) -> tuple[Tensor, list[Tensor]]:
        """
        Teacher forcing. inputs: [batch, length], beginning with the padding token.
        Returns states [batch, length, width] before the output layer, and of every
        layer the cross-attention [batch, heads, length, source length].
        """
        length = inputs.shape[1]
        causal = torch.full((1, length, length), -10000.0, device=inputs.device).triu(1)
        states = self.embed(inputs)
        crosses = []
        for layer in self.model.decoder.layers:
            added, _ = layer.self_attn.attend(*layer.self_attn.project(states), causal)
            states = layer.self_attn_layer_norm(states + layer.drop(added))
            cross = layer.encoder_attn
            added, probs = cross.attend(cross.queries(states), *cross.keys_values(encoded), mask)
            crosses.append(probs)
            states = layer.encoder_attn_layer_norm(states + layer.drop(added))
            states = layer.feed_forward(states)
        return states, crosses

    def forward(self, source: Tensor, inputs: Tensor) -> tuple[Tensor, list[Tensor]]:
        """States before the output layer, and cross-attention; see decode."""
        return self.decode(inputs, *self.encode(source))

    def output_layer(self) -> tuple[Tensor, Tensor]:
        """Weight [vocabulary, width] and bias [vocabulary] that turn states into logits."""
        return self.model.shared.weight, self.final_logits_bias[0]

    def start(self, source: Tensor) -> dict[str, Tensor]:
        """Decoding state after reading the source: a dict of tensors whose first axis is the sentence."""
        encoded, mask = self.encode(source)
        batch = source.shape[0]
        state: dict[str, Tensor] = {}
        if mask is not None:
            state["mask"] = mask
        for index, layer in enumerate(self.model.decoder.layers):
            keys, values = layer.encoder_attn.keys_values(encoded)
            state[f"cross_keys_{index}"] = keys.view(batch, -1, *keys.shape[1:])
            state[f"cross_values_{index}"] = values.view(batch, -1, *values.shape[1:])
        return state

    @staticmethod
    def is_fixed(name: str) -> bool:
        """Whether this part of the decoding state depends on the source alone."""
        return name == "mask" or name.startswith("cross_")

    def step(self, tokens: Tensor, position: int, state: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """One decoding step for [batch] tokens: logits [batch, vocabulary] and the next state."""
        states = self.embed(tokens[:, None], position)
        batch, state = tokens.shape[0], dict(state)
        for index, layer in enumerate(self.model.decoder.layers):
            queries, keys, values = layer.self_attn.project(states)
            keys, values = (part.view(batch, -1, *part.shape[1:]) for part in (keys, values))
            if position > 0:
                keys = torch.cat([state[f"keys_{index}"], keys], dim=2)
                values = torch.cat([state[f"values_{index}"], values], dim=2)
            state[f"keys_{index}"], state[f"values_{index}"] = keys, values
            added, _ = layer.self_attn.attend(queries, keys.flatten(0, 1), values.flatten(0, 1), None)
            states = layer.self_attn_layer_norm(states + added)
            cross = layer.encoder_attn
            past = state[f"cross_keys_{index}"].flatten(0, 1), state[f"cross_values_{index}"].flatten(0, 1)
            added, _ = cross.attend(cross.queries(states), *past, state.get("mask"))
            states = layer.encoder_attn_layer_norm(states + added)
            states = layer.feed_forward(states)
        weight, bias = self.output_layer()
        return functional.linear(states[:, 0], weight, bias), state
