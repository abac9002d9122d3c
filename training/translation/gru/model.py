"""A recurrent translator with additive attention, after Bahdanau, Cho, Bengio 2015 (arXiv:1409.0473).

This file is the definition of `model_type: "heed-gru"`; the browser engine is
tested against it.

config.json
    vocab_size            V
    embedding_size        E
    encoder_hidden_size   H, of each direction
    encoder_layers        L
    decoder_hidden_size   D
    attention_size        A
    eos_token_id, pad_token_id, decoder_start_token_id (the padding token)
    bad_words_ids         the padding token is never chosen

Notation: S source tokens x_1 ... x_S (the last is </s>), target tokens
y_1 ... y_T with y_0 the padding token. [a; b] is concatenation. Vectors are
columns, Linear(x) = W x + b. embed(w) = sqrt(E) * shared.weight[w].

GRU cell, as torch.nn.GRU (gates in the order reset, update, new):
    gru(x, h):  r = sigmoid(Wir x + bir + Whr h + bhr)
                z = sigmoid(Wiz x + biz + Whz h + bhz)
                n = tanh(Win x + bin + r * (Whn h + bhn))
                h' = (1 - z) * n + z * h

Encoder, layer l = 0 ... L-1, input u_j (layer 0: embed(x_j); above: the
annotations of the layer below):
    forward_j  = gru(u_j, forward_(j-1)),  from zeros, j = 1 ... S
    backward_j = gru(u_j, backward_(j+1)), from zeros, j = S ... 1
    annotation_j = [forward_j; backward_j]
Below, h_j is the annotation of the last layer.

Decoder:
    s_0  = tanh(initial(backward_1 of the last layer))
    for i = 1 ... T, with p = embed(y_(i-1)):
        e_ij = score . tanh(query([s_(i-1); p]) + key(h_j))
        a_i  = softmax over j of e_ij           the attention of target token i
        c_i  = sum_j a_ij h_j
        s_i  = gru([p; c_i], s_(i-1))
        t_i  = tanh(readout([s_i; p; c_i]))
        logits_i = shared.weight t_i + final_logits_bias

Two departures from the paper. The query sees the previous target token too
(there it reaches the query one step later; systems after it let the decoder
read the token first). And the output layer is a tanh layer tied to the
embeddings instead of a maxout layer with a matrix of its own.

Weights (safetensors keys), shapes as PyTorch's:
    shared.weight                                 [V, E]
    final_logits_bias                             [1, V]
    encoder.gru.weight_ih_l{l}, ..._reverse       [3H, E], above layer 0 [3H, 2H]
    encoder.gru.weight_hh_l{l}, ..._reverse       [3H, H]
    encoder.gru.bias_ih_l{l}, ..._reverse         [3H]
    encoder.gru.bias_hh_l{l}, ..._reverse         [3H]
    decoder.initial.weight, .bias                 [D, H], [D]
    decoder.attention.query.weight                [A, D + E]   no bias
    decoder.attention.key.weight, .bias           [A, 2H], [A]
    decoder.attention.score.weight                [1, A]       no bias
    decoder.gru.weight_ih, .weight_hh             [3D, E + 2H], [3D, D]
    decoder.gru.bias_ih, .bias_hh                 [3D], [3D]
    decoder.readout.weight, .bias                 [E, D + E + 2H], [E]
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from dropout import StripDropout


@dataclass(frozen=True)
class GruSettings:
    vocabulary_size: int = 8000
    embedding_size: int = 256
    encoder_hidden_size: int = 384
    encoder_layers: int = 1
    decoder_hidden_size: int = 512
    attention_size: int = 256
    dropout: float = 0.1  # on embeddings, annotations and the readout
    eos: int = 0
    pad: int = 2


def to_config(settings: GruSettings, dtype: str) -> dict:
    """config.json of a checkpoint."""
    return {
        "model_type": "heed-gru",
        "architectures": ["HeedGru"],
        "vocab_size": settings.vocabulary_size,
        "embedding_size": settings.embedding_size,
        "encoder_hidden_size": settings.encoder_hidden_size,
        "encoder_layers": settings.encoder_layers,
        "decoder_hidden_size": settings.decoder_hidden_size,
        "attention_size": settings.attention_size,
        "scale_embedding": True,
        "tie_word_embeddings": True,
        "is_encoder_decoder": True,
        "eos_token_id": settings.eos,
        "pad_token_id": settings.pad,
        "decoder_start_token_id": settings.pad,
        "bad_words_ids": [[settings.pad]],
        "dtype": dtype,
    }


def cell(from_input: Tensor, from_state: Tensor, state: Tensor) -> Tensor:
    """The GRU cell, given the products with input and state (biases included), [..., 3 * size]."""
    input_reset, input_update, input_new = from_input.float().chunk(3, dim=-1)
    state_reset, state_update, state_new = from_state.float().chunk(3, dim=-1)
    reset = torch.sigmoid(input_reset + state_reset)
    update = torch.sigmoid(input_update + state_update)
    new = torch.tanh(input_new + reset * state_new)
    return new + update * (state - new)


class Encoder(nn.Module):
    """Holds torch.nn.GRU for its parameters; runs both directions in one loop, which is faster on a CPU."""

    def __init__(self, settings: GruSettings):
        super().__init__()
        self.layers = settings.encoder_layers
        self.size = settings.encoder_hidden_size
        self.gru = nn.GRU(
            settings.embedding_size, self.size, self.layers, batch_first=True, bidirectional=True
        )

    def forward(self, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """
        states: [batch, length, input]; mask: [batch, length], true on real tokens.
        Returns annotations [batch, length, 2 * size] and the backward state at the first token.
        """
        length = states.shape[1]
        positions = torch.arange(length, device=states.device)
        # real tokens in reverse, padding stays where it is: both directions begin with real tokens
        mirrored = torch.where(mask, mask.sum(dim=1, keepdim=True) - 1 - positions, positions)[:, :, None]
        for layer in range(self.layers):
            states = self.run_layer(states, mirrored, f"l{layer}")
        return states, states[:, 0, self.size :]

    def run_layer(self, states: Tensor, mirrored: Tensor, suffix: str) -> Tensor:
        batch, length, _ = states.shape
        names = (suffix, f"{suffix}_reverse")
        projected = []
        for name, part in zip(names, (states, states.gather(1, mirrored.expand_as(states)))):
            weight, bias = getattr(self.gru, f"weight_ih_{name}"), getattr(self.gru, f"bias_ih_{name}")
            projected.append(functional.linear(part, weight, bias))
        inputs = torch.stack(projected).unbind(dim=2)  # of each position: [2, batch, 3 * size]
        # cast here, once: within the loop autocast would cast at every position
        dtype = inputs[0].dtype
        weight = torch.stack([getattr(self.gru, f"weight_hh_{name}").t() for name in names]).to(dtype)
        bias = torch.stack([getattr(self.gru, f"bias_hh_{name}") for name in names])[:, None].to(dtype)
        state = states.new_zeros(2, batch, self.size, dtype=torch.float32)
        outputs = []
        for position in range(length):
            state = cell(inputs[position], torch.baddbmm(bias, state.to(dtype), weight), state)
            outputs.append(state)
        forward, backward = torch.stack(outputs, dim=2)
        return torch.cat([forward, backward.gather(1, mirrored.expand_as(backward))], dim=2)


class Attention(nn.Module):
    def __init__(self, settings: GruSettings):
        super().__init__()
        size = settings.attention_size
        self.query = nn.Linear(settings.decoder_hidden_size + settings.embedding_size, size, bias=False)
        self.key = nn.Linear(2 * settings.encoder_hidden_size, size)
        self.score = nn.Linear(size, 1, bias=False)


class Cell(nn.Module):
    """Parameters of one GRU cell, named as in torch.nn.GRUCell."""

    def __init__(self, inputs: int, size: int):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(3 * size, inputs))
        self.weight_hh = nn.Parameter(torch.empty(3 * size, size))
        self.bias_ih = nn.Parameter(torch.zeros(3 * size))
        self.bias_hh = nn.Parameter(torch.zeros(3 * size))


class Decoder(nn.Module):
    def __init__(self, settings: GruSettings):
        super().__init__()
        annotation, size = 2 * settings.encoder_hidden_size, settings.decoder_hidden_size
        embedding = settings.embedding_size
        self.initial = nn.Linear(settings.encoder_hidden_size, size)
        self.attention = Attention(settings)
        self.gru = Cell(embedding + annotation, size)
        self.readout = nn.Linear(size + embedding + annotation, embedding)


class Gru(nn.Module):
    def __init__(self, settings: GruSettings):
        super().__init__()
        self.settings = settings
        self.drop = StripDropout(settings.dropout)
        self.shared = nn.Embedding(settings.vocabulary_size, settings.embedding_size)
        self.encoder = Encoder(settings)
        self.decoder = Decoder(settings)
        self.final_logits_bias = nn.Parameter(torch.zeros(1, settings.vocabulary_size))
        self.reset()

    def reset(self) -> None:
        for name, parameter in self.named_parameters():
            if "bias" in name:
                nn.init.zeros_(parameter)
            elif "weight_hh" in name:
                for gate in parameter.chunk(3):
                    nn.init.orthogonal_(gate)
            elif "weight_ih" in name:
                for gate in parameter.chunk(3):
                    nn.init.xavier_uniform_(gate)
            elif name != "shared.weight":
                nn.init.xavier_uniform_(parameter)
        nn.init.normal_(self.shared.weight, std=self.settings.embedding_size**-0.5)

    def embed(self, tokens: Tensor) -> Tensor:
        return self.drop(self.shared(tokens) * math.sqrt(self.settings.embedding_size))

    def start(self, source: Tensor) -> dict[str, Tensor]:
        """Decoding state after reading [batch, length] tokens: a dict of tensors whose first axis is the sentence."""
        mask = source != self.settings.pad
        annotations, first = self.encoder(self.embed(source), mask)
        annotations = self.drop(annotations)
        keys = self.decoder.attention.key(annotations)
        return {
            "annotations": annotations.to(keys.dtype),
            "keys": keys,
            "mask": (~mask).float() * -10000.0,
            "state": torch.tanh(self.decoder.initial(first)).float(),
        }

    def step_weights(self, dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
        """
        Matrices that every step multiplies with, cut and cast once: from the state to query
        and gates [A + 3D, D], the bias of that [A + 3D], and from the context to gates [3D, 2H].
        """
        decoder, size = self.decoder, self.settings.decoder_hidden_size
        query = decoder.attention.query.weight[:, :size]
        from_state = torch.cat([query, decoder.gru.weight_hh])
        bias = torch.cat([query.new_zeros(query.shape[0]), decoder.gru.bias_hh])
        from_context = decoder.gru.weight_ih[:, self.settings.embedding_size :]
        return from_state.to(dtype), bias.to(dtype), from_context.to(dtype)

    def advance(
        self,
        from_token: Tensor,
        query_from_token: Tensor,
        state: dict[str, Tensor],
        weights: tuple[Tensor, Tensor, Tensor],
    ) -> tuple[Tensor, Tensor, Tensor]:
        """
        One step, given the previous token's share of the gates [batch, 3D] and of the query [batch, A].
        Returns the new state [batch, D], the context [batch, 2H] and the attention [batch, length].
        """
        keys, recurrent = state["keys"], state["state"]
        from_state, bias, from_context = weights
        projected = functional.linear(recurrent.to(keys.dtype), from_state, bias)
        query, gates = projected.split([keys.shape[-1], projected.shape[-1] - keys.shape[-1]], dim=1)
        query = query + query_from_token
        energies = self.decoder.attention.score(torch.tanh(keys + query[:, None]))[:, :, 0]
        attention = (energies.float() + state["mask"]).softmax(dim=1)
        context = torch.bmm(attention[:, None].to(keys.dtype), state["annotations"])[:, 0]
        return cell(from_token + functional.linear(context, from_context), gates, recurrent), context, attention

    def shares_of_token(self, embedded: Tensor) -> tuple[Tensor, Tensor]:
        """What advance wants to know of the previous token, for any number of tokens at once."""
        decoder, size = self.decoder, self.settings.decoder_hidden_size
        gates = functional.linear(embedded, decoder.gru.weight_ih[:, : embedded.shape[-1]], decoder.gru.bias_ih)
        return gates, functional.linear(embedded, decoder.attention.query.weight[:, size:])

    def read_out(self, state: Tensor, embedded: Tensor, context: Tensor) -> Tensor:
        """t_i of the docstring."""
        joined = torch.cat([state.to(context.dtype), embedded.to(context.dtype), context], dim=-1)
        return torch.tanh(self.decoder.readout(joined))

    def forward(self, source: Tensor, inputs: Tensor) -> tuple[Tensor, list[Tensor]]:
        """
        Teacher forcing; inputs [batch, T] begin with the padding token. Returns t_i
        [batch, T, E] and a list with the one attention, [batch, 1, T, S].
        """
        state = self.start(source)
        embedded = self.embed(inputs)
        gates, queries = self.shares_of_token(embedded)
        weights = self.step_weights(state["keys"].dtype)
        outputs = []
        for from_token, from_query in zip(gates.unbind(dim=1), queries.unbind(dim=1)):
            recurrent, context, attention = self.advance(from_token, from_query, state, weights)
            state = {**state, "state": recurrent}
            outputs.append((recurrent, context, attention))
        recurrents, contexts, attentions = (torch.stack(parts, dim=1) for parts in zip(*outputs))
        return self.drop(self.read_out(recurrents, embedded, contexts)), [attentions[:, None]]

    def output_layer(self) -> tuple[Tensor, Tensor]:
        """Weight [V, E] and bias [V] that turn t_i into logits."""
        return self.shared.weight, self.final_logits_bias[0]

    @staticmethod
    def is_fixed(name: str) -> bool:
        """Whether this part of the decoding state depends on the source alone."""
        return name != "state"

    def step(self, tokens: Tensor, position: int, state: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """One decoding step for [batch] tokens: logits [batch, V] and the next state. The position is not needed."""
        embedded = self.embed(tokens)
        weights = self.step_weights(state["keys"].dtype)
        recurrent, context, _ = self.advance(*self.shares_of_token(embedded), state, weights)
        weight, bias = self.output_layer()
        logits = functional.linear(self.read_out(recurrent, embedded, context), weight, bias)
        return logits, {**state, "state": recurrent}
