"""Writes a checkpoint folder that `transformers` and the page read.

    python export.py --state OUT/state.pt --data DIR --out ../../public/models/heed-vit
    python export.py --init FOLDER --data DIR --out FOLDER2

`--state` takes the averaged weights of a training run, `--init` those of another folder. DATA is
what prepare.py wrote; its class list gives the labels. Writes config.json,
preprocessor_config.json and model.safetensors (F16); the model card is written by hand.
"""

import argparse
import json
from pathlib import Path

import torch

import checkpoint
from model import ViTShape, resize_positions

LARGEST_PARAMETERS, LARGEST_BYTES = 6_000_000, 12_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--state", type=Path, help="state.pt of a training run")
    source.add_argument("--init", type=Path, help="checkpoint folder to write anew")
    parser.add_argument("--data", type=Path, required=True, help="folder that prepare.py wrote")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()

    classes = json.loads((options.data / "data.json").read_text(encoding="utf-8"))["classes"]
    if options.state:
        saved = torch.load(options.state, map_location="cpu", weights_only=True)
        shape, state = ViTShape(**saved["shape"]), saved["average"]
        state["positions"] = resize_positions(state["positions"], shape.grid)
    else:
        model = checkpoint.load(options.init)
        shape, state = model.shape, model.state_dict()
    if shape.labels != len(classes):
        raise ValueError(f"The weights have {shape.labels} labels, the data {len(classes)}.")
    checkpoint.save(options.out, shape, state, classes)

    parameters = sum(tensor.numel() for tensor in state.values())
    size = (options.out / "model.safetensors").stat().st_size
    if parameters > LARGEST_PARAMETERS or size > LARGEST_BYTES:
        raise ValueError(f"{parameters} parameters in {size} bytes are more than the page should load.")
    print(f"{options.out}: {parameters:,} parameters, {size:,} bytes, {len(classes)} labels")


if __name__ == "__main__":
    main()
