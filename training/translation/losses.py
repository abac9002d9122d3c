"""Label-smoothed cross-entropy from states before the output layer.

With 8,000 tokens the logits of a batch are its largest array by far, and most
of the time goes to walking over them. Here they are made a few rows at a time,
turned into their own gradient in place, and forgotten.
"""

import torch
from torch import Tensor


class SmoothedCrossEntropy(torch.autograd.Function):
    """
    loss = mean over rows of -(1 - s) log p[target] - s mean_v log p[v].
    apply(states [rows, width], weight [vocabulary, width], bias [vocabulary], targets [rows], s, dtype)
    returns (smoothed loss, plain cross-entropy); gradients flow from the first alone.
    """

    block = 1024  # rows of logits held at once, in dtype: large enough for quick matrix products
    rows = 64  # rows in float32 at once: 2 MB, so that the passes over them stay in the cache

    @staticmethod
    def forward(ctx, states, weight, bias, targets, smoothing, dtype):
        count, vocabulary = states.shape[0], weight.shape[0]
        cast_weight, cast_states = weight.to(dtype), states.to(dtype)
        transposed = cast_weight.t()
        grad_states = torch.empty_like(cast_states)
        grad_weight = torch.zeros_like(weight)
        grad_bias = torch.zeros_like(bias)
        on_cpu = states.device.type == "cpu"
        block, rows = (SmoothedCrossEntropy.block, SmoothedCrossEntropy.rows) if on_cpu else (8192, 8192)
        smoothed = plain = 0.0
        for first in range(0, count, block):
            part = cast_states[first : first + block]
            held = part @ transposed  # logits, and then, in their place, the gradient
            for start in range(0, len(part), rows):
                low = held[start : start + rows]
                target = targets[first + start : first + start + len(low), None]
                logits = low.float().add_(bias)
                largest = logits.amax(dim=1, keepdim=True)
                chosen, mean = logits.gather(1, target), logits.mean(dim=1, keepdim=True)
                powers = logits.sub_(largest).exp_()
                total = powers.sum(dim=1, keepdim=True)
                normaliser = largest + total.log()
                plain = plain + (normaliser - chosen).sum()
                smoothed = smoothed + (normaliser - (1 - smoothing) * chosen - smoothing * mean).sum()
                gradient = powers.div_(total).sub_(smoothing / vocabulary)
                gradient.scatter_add_(1, target, torch.full_like(chosen, smoothing - 1))
                grad_bias += gradient.sum(dim=0)
                low.copy_(gradient)
            torch.mm(held, cast_weight, out=grad_states[first : first + block])
            grad_weight += held.t() @ part
        ctx.save_for_backward(grad_states.to(states.dtype) / count, grad_weight / count, grad_bias / count)
        ctx.mark_non_differentiable(plain)
        return smoothed / count, plain / count

    @staticmethod
    def backward(ctx, grad_loss, _):
        grad_states, grad_weight, grad_bias = ctx.saved_tensors
        return grad_states * grad_loss, grad_weight * grad_loss, grad_bias * grad_loss, None, None, None
