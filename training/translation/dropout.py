"""Dropout whose random numbers are drawn once and used many times.

Drawing a mask for every array costs a CPU a sixth of the training step. Here a
long strip of mask is drawn, and each call takes a piece at a random place; the
strip is drawn anew every few thousand calls.
"""

import torch
from torch import Tensor
from torch.nn import functional

STRIP = 1 << 23
CALLS = 4000


class StripDropout(torch.nn.Module):
    """Like nn.Dropout. On a GPU it is nn.Dropout."""

    def __init__(self, probability: float):
        super().__init__()
        self.probability = probability
        self.strip: Tensor | None = None
        self.calls = 0

    def forward(self, states: Tensor) -> Tensor:
        if not self.training or self.probability == 0:
            return states
        if states.device.type != "cpu" or states.numel() > STRIP // 2:
            return functional.dropout(states, self.probability)
        if self.strip is None or self.calls % CALLS == 0:
            kept = 1 - self.probability
            # bfloat16 holds 1 / 0.9 to 0.2 %; the products are rounded to it anyway
            self.strip = torch.empty(STRIP, dtype=torch.bfloat16).bernoulli_(kept).div_(kept)
        self.calls += 1
        start = int(torch.randint(STRIP - states.numel(), ()))
        return states * self.strip[start : start + states.numel()].view(states.shape)
