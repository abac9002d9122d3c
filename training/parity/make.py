"""Make every parity fixture: tiny random checkpoints, and what the reference implementation computes with them.

    pip install -r training/parity/requirements.txt
    python training/parity/make.py --out e2e/fixtures/parity

Takes some minutes on one core. The same seed and the same versions (manifest.json names them) give the same files. What each file holds is said in
training/parity/README.md.
"""

import argparse
import importlib.metadata
import json
import platform
from dataclasses import dataclass
from pathlib import Path

import torch
import transformers

import lenses
import marian
import preprocessing
import rollout
import vision

PACKAGES = ["numpy", "pillow", "safetensors", "tokenizers", "torch", "torchvision", "transformers"]


@dataclass
class Settings:
    out: Path
    seed: int


def versions() -> dict:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    return found


def main(settings: Settings) -> None:
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.manual_seed(settings.seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    settings.out.mkdir(parents=True, exist_ok=True)
    manifest = {
        "command": f"python training/parity/make.py --out e2e/fixtures/parity --seed {settings.seed}",
        "seed": settings.seed,
        "versions": versions(),
        "vision": vision.make(settings.out, settings.seed),
        "preprocessing": preprocessing.make(settings.out, settings.seed),
        "rollout": rollout.make(settings.out),
        "lenses": lenses.make(settings.out),
        "marian": marian.make(settings.out, settings.seed),
    }
    (settings.out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    size = sum(path.stat().st_size for path in settings.out.rglob("*") if path.is_file())
    print(f"{settings.out} now holds {size / 1e6:.2f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write; other folders in it stay")
    parser.add_argument("--seed", type=int, default=20260)
    arguments = parser.parse_args()
    main(Settings(out=arguments.out, seed=arguments.seed))
