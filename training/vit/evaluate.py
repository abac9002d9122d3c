"""Accuracy of a checkpoint folder on the prepared validation images.

    python evaluate.py --checkpoint public/models/heed-vit --data DIR

Prints one JSON line: top-1 and top-5 over all 207 labels on Tiny ImageNet's 10,000 validation
images, top-1 restricted to its 200 labels, and top-1 on the person and scene images.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import augment
import checkpoint
from model import ViT

TINY_IMAGES, TINY_LABELS = 10_000, 200


def read_split(folder: Path, split: str) -> tuple[Tensor, Tensor]:
    """Images (count, 64, 64, 3) uint8 and labels (count,) int64 as `prepare.py` wrote them."""
    images = torch.from_numpy(np.load(folder / f"{split}-images.npy"))
    labels = torch.from_numpy(np.load(folder / f"{split}-labels.npy"))
    if images.shape[1:] != (64, 64, 3) or len(images) != len(labels):
        raise ValueError(f"{folder}: the {split} arrays are not what prepare.py writes.")
    return images, labels


@torch.no_grad()
def predict(model: ViT, images: Tensor, side: int, half: bool, batch: int = 50) -> Tensor:
    """Logits (count, labels) of uint8 images (count, 64, 64, 3); `half` computes in bf16."""
    model.eval()
    device = next(model.parameters()).device
    out = []
    for chunk in images.split(batch):
        pixels = augment.normalise(augment.resize(augment.to_float(chunk.to(device)), side))
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            out.append(model(pixels).float())
    model.train()
    return torch.cat(out)


def accuracy(logits: Tensor, labels: Tensor) -> tuple[float, float]:
    """Top-1 and top-5 in percent."""
    hits = logits.topk(5).indices == labels.to(logits.device)[:, None]
    return 100 * hits[:, 0].float().mean().item(), 100 * hits.any(1).float().mean().item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder that prepare.py wrote")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    model = checkpoint.load(options.checkpoint).to(options.device)
    images, labels = read_split(options.data, "val")
    logits = predict(model, images, model.shape.image_size, half=False)
    top1, top5 = accuracy(logits[:TINY_IMAGES], labels[:TINY_IMAGES])
    restricted, _ = accuracy(logits[:TINY_IMAGES, :TINY_LABELS], labels[:TINY_IMAGES])
    others = {}
    for name, chosen in (("person", labels == TINY_LABELS), ("scenes", labels > TINY_LABELS)):
        others[name] = round(accuracy(logits[chosen.to(logits.device)], labels[chosen])[0], 2)
    figures = {"images": TINY_IMAGES, "top1": top1, "top5": top5, "top1Of200": restricted}
    print(json.dumps({k: round(v, 2) for k, v in figures.items()} | {"top1Others": others}))


if __name__ == "__main__":
    main()
