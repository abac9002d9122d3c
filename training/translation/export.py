"""Writes a checkpoint folder that `transformers` (the Transformer) and the page read.

    python export.py --work work --run marian-en-fr --out ../../public/models/heed-marian-en-fr

Takes the running mean of the weights (--weights last for those of the last
step, as after a decay) and rounds them to float16. The model card is not touched.
--alignment-head names the head of the cross-attention that align.py found best;
where it was trained to be that, it need not be named. --alignment-error-rate is
that head's on hansards-test, which the page shows beside it.
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
    parser.add_argument("--alignment-head", nargs=2, type=int, metavar=("LAYER", "HEAD"), help="counted from 0")
    parser.add_argument("--alignment-error-rate", type=float, help="of align.py, 0 to 1")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()

    state = torch.load(arguments.work / "runs" / arguments.run / "state.pt", map_location="cpu", weights_only=True)
    settings = Settings(**state["settings"])
    model = build_model(settings)
    model.load_state_dict(state["ema" if arguments.weights == "mean" else "model"])
    parameters = sum(parameter.numel() for parameter in model.parameters())
    if parameters > LARGEST_PARAMETERS:
        raise ValueError(f"{parameters:,} parameters are more than the page should load")
    head = arguments.alignment_head
    if head is None and settings.guide_weight > 0:
        head = [settings.guide_layer, settings.guide_head]
    dtype = getattr(torch, arguments.dtype)
    alignment = checkpoint.Alignment(head, arguments.alignment_error_rate) if head else None
    checkpoint.save(arguments.out, model, arguments.work / "tokenizer.json", dtype, alignment)
    size = (arguments.out / "model.safetensors").stat().st_size
    print(f"{arguments.out}: step {state['step']}, {parameters:,} parameters, {size:,} bytes")


if __name__ == "__main__":
    main()
