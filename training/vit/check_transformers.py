"""Loads a checkpoint folder unchanged in `transformers` and compares its logits with our own model's.

    python check_transformers.py --checkpoint ../../public/models/heed-vit

Exits with an error where a tensor is missing, left over or of another shape, or where the
largest difference of logits on seeded random pixels exceeds 1e-3 of the largest logit.
"""

import argparse
from pathlib import Path

import torch
from transformers import AutoImageProcessor, ViTForImageClassification

import checkpoint

TOLERANCE = 1e-3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    options = parser.parse_args()
    theirs, found = ViTForImageClassification.from_pretrained(
        options.checkpoint, dtype=torch.float32, output_loading_info=True
    )
    for problem in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if found[problem]:
            raise SystemExit(f"{problem}: {sorted(found[problem])}")
    ours = checkpoint.load(options.checkpoint).eval()
    side = ours.shape.image_size
    processor = AutoImageProcessor.from_pretrained(options.checkpoint)
    generator = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (4, 3, side, side), dtype=torch.uint8, generator=generator)
    pixels = processor(images=list(images), return_tensors="pt")["pixel_values"]
    with torch.no_grad():
        expected, got = theirs.eval()(pixels).logits, ours(pixels)
    difference = ((expected - got).abs().max() / expected.abs().max()).item()
    print(f"largest relative difference of logits: {difference:.1e} (at most {TOLERANCE})")
    if not difference <= TOLERANCE:
        raise SystemExit("The logits differ.")


if __name__ == "__main__":
    main()
