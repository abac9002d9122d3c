"""Muon for the matrices of the layers; everything else goes to AdamW.

Muon (Jordan et al. 2024): the momentum of each matrix is replaced by a nearly
orthogonal matrix with the same singular vectors, found by five Newton-Schulz
steps. Matrices of one shape are done together.
"""

import torch
from torch import Tensor


def orthogonalise(matrices: Tensor, dtype: torch.dtype) -> Tensor:
    """[count, rows, columns], rows <= columns: singular values pushed towards 1."""
    states = matrices.to(dtype)
    states = states / (states.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = torch.bmm(states, states.transpose(1, 2))
        polynomial = torch.baddbmm(gram, gram, gram, beta=-4.7750, alpha=2.0315)
        states = torch.baddbmm(states, polynomial, states, beta=3.4445)
    return states.float()


class Muon(torch.optim.Optimizer):
    """
    Parameters are matrices, or stacks of `parts` matrices along the first axis
    (the gates of a GRU), each group with its own count of parts.
    """

    def __init__(self, groups, lr: float, momentum: float = 0.95, weight_decay: float = 0.05, dtype=torch.bfloat16):
        super().__init__(groups, dict(lr=lr, momentum=momentum, weight_decay=weight_decay, parts=1))
        self.dtype = dtype

    @torch.no_grad()
    def step(self, closure=None):
        by_shape: dict[tuple[int, int], list[tuple[Tensor, Tensor, float, float]]] = {}
        for group in self.param_groups:
            for parameter in group["params"]:
                buffer = self.state[parameter].setdefault("momentum", torch.zeros_like(parameter))
                buffer.lerp_(parameter.grad, 1 - group["momentum"])
                update = parameter.grad.lerp(buffer, group["momentum"])
                for part, matrix in zip(parameter.chunk(group["parts"]), update.chunk(group["parts"])):
                    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.t()
                    by_shape.setdefault(tuple(wide.shape), []).append((part, wide, group["lr"], group["weight_decay"]))
        for entries in by_shape.values():
            updates = orthogonalise(torch.stack([wide for _, wide, _, _ in entries]), self.dtype)
            for update, (part, wide, rate, decay) in zip(updates, entries):
                update = update if part.shape == wide.shape else update.t()
                scale = max(1.0, part.shape[0] / part.shape[1]) ** 0.5
                part.mul_(1 - rate * decay).add_(update, alpha=-rate * scale)


def build(model: torch.nn.Module, matrix_rate: float, other_rate: float, weight_decay: float):
    """Muon and AdamW over the model's parameters; embeddings and vectors are AdamW's."""
    matrices, gates, others = [], [], []
    for name, parameter in model.named_parameters():
        if parameter.dim() != 2 or "shared" in name or "final_logits_bias" in name or 1 in parameter.shape:
            others.append(parameter)
        elif "gru" in name:
            gates.append(parameter)
        else:
            matrices.append(parameter)
    groups = [dict(params=matrices, parts=1)] + ([dict(params=gates, parts=3)] if gates else [])
    dtype = torch.bfloat16
    muon = Muon(groups, lr=matrix_rate, weight_decay=weight_decay, dtype=dtype)
    adam = torch.optim.AdamW(others, lr=other_rate, betas=(0.9, 0.98), weight_decay=0.0)
    return muon, adam
