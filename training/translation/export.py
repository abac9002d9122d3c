"""Writes a checkpoint folder that `transformers` (the Transformer) and the page read.

    python export.py --work work --run marian-en-fr --out ../../public/models/heed-marian-en-fr

Takes the running mean of the weights (--weights last for those of the last
step, as after a decay) and rounds them to float16. The model card is not touched.
"""

import argparse
from pathlib import Path

import torch

import checkpoint
from train import Settings, build_model

LARGEST_PARAMETERS = 15_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder of prepare.py and train.py")
    parser.add_argument("--run", required=True)
    parser.add_argument("--weights", choices=("mean", "last"), default="mean")
    parser.add_argument("--dtype", choices=("float16", "float32"), default="float16")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()

    state = torch.load(arguments.work / "runs" / arguments.run / "state.pt", map_location="cpu", weights_only=True)
    model = build_model(Settings(**state["settings"]))
    model.load_state_dict(state["ema" if arguments.weights == "mean" else "model"])
    parameters = sum(parameter.numel() for parameter in model.parameters())
    if parameters > LARGEST_PARAMETERS:
        raise ValueError(f"{parameters:,} parameters are more than the page should load")
    checkpoint.save(arguments.out, model, arguments.work / "tokenizer.json", getattr(torch, arguments.dtype))
    size = (arguments.out / "model.safetensors").stat().st_size
    print(f"{arguments.out}: step {state['step']}, {parameters:,} parameters, {size:,} bytes")


if __name__ == "__main__":
    main()
