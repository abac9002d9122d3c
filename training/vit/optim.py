"""Muon (Jordan 2024, kellerjordan.github.io/posts/muon) for the matrices of the blocks, AdamW for the rest."""

import torch
from torch import Tensor, nn


def orthogonalise(updates: Tensor, steps: int = 5) -> Tensor:
    """Nearest semi-orthogonal matrices to `updates` (count, rows, columns), by the quintic
    Newton-Schulz iteration of Muon; in bf16, which it tolerates."""
    x = updates.bfloat16()
    tall = x.shape[1] > x.shape[2]
    if tall:
        x = x.transpose(1, 2)
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = torch.bmm(x, x.transpose(1, 2))
        polynomial = torch.baddbmm(gram, gram, gram, beta=-4.7750, alpha=2.0315)
        x = torch.baddbmm(x, polynomial, x, beta=3.4445)
    return (x.transpose(1, 2) if tall else x).to(updates.dtype)


class Muon(torch.optim.Optimizer):
    """Momentum, then an orthogonal update of every matrix. Matrices of one size go through the
    iteration together, as one batched product; the fused query, key and value as three."""

    def __init__(self, parameters: list[nn.Parameter], lr: float, momentum: float, weight_decay: float):
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            by_size: dict[tuple[int, int], list[tuple[Tensor, Tensor]]] = {}
            for parameter in group["params"]:
                state = self.state[parameter]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(parameter)
                momentum = state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
                update = parameter.grad.lerp(momentum, group["momentum"])  # Nesterov
                rows, columns = parameter.shape
                pieces = 3 if rows == 3 * columns else 1
                for target, piece in zip(parameter.chunk(pieces), update.chunk(pieces), strict=True):
                    by_size.setdefault(tuple(target.shape), []).append((target, piece))
            for (rows, columns), pairs in by_size.items():
                orthogonal = orthogonalise(torch.stack([piece for _, piece in pairs]))
                rate = group["lr"] * max(1, rows / columns) ** 0.5
                targets = [target for target, _ in pairs]
                torch._foreach_mul_(targets, 1 - group["lr"] * group["weight_decay"])
                torch._foreach_add_(targets, list(orthogonal), alpha=-rate)


def make_optimizers(
    model: nn.Module, kind: str, muon_rate: float, adamw_rate: float, decay: float
) -> list[torch.optim.Optimizer]:
    """One or two optimizers. Every group keeps its full rate as `peak`; a schedule scales it."""
    matrices, others, plain = [], [], []
    for name, parameter in model.named_parameters():
        if parameter.ndim < 2 or name in ("cls", "positions"):
            plain.append(parameter)
        elif name.startswith("layers.") and kind == "muon":
            matrices.append(parameter)
        else:
            others.append(parameter)
    groups = [{"params": others, "weight_decay": decay}, {"params": plain, "weight_decay": 0.0}]
    optimizers: list[torch.optim.Optimizer] = [torch.optim.AdamW(groups, lr=adamw_rate, betas=(0.9, 0.99))]
    if matrices:
        optimizers.append(Muon(matrices, lr=muon_rate, momentum=0.95, weight_decay=decay))
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
    return optimizers
