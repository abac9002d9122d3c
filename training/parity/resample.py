"""Make the fixture of the resizing test: what Pillow makes of a picture drawn from a formula, with every filter,
with boxes, and with both orders of its two passes.

    pip install -r training/parity/requirements.txt
    python training/parity/resample.py --out e2e/fixtures/resample.json
"""

import argparse
import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}


@dataclass
class Settings:
    out: Path
    seed: int


def picture(width: int, height: int) -> np.ndarray:
    """[height, width, 3] uint8; src/math/resample.test.ts has the same formula."""
    y, x, channel = np.mgrid[0:height, 0:width, 0:3]
    return ((x * 37 + y * 101 + channel * 59 + (x * y) % 13 * 17) & 255).astype(np.uint8)


def case(name: str, source: tuple[int, int], target: tuple[int, int], box: tuple[float, ...] | None = None) -> dict:
    left, top, right, bottom = box or (0, 0, *source)
    resized = Image.fromarray(picture(*source)).resize(target, FILTERS[name], box)
    return {
        "filter": name,
        "source": source,
        "target": target,
        "box": {"x": left, "y": top, "width": right - left, "height": bottom - top},
        "pixels": np.asarray(resized).flatten().tolist(),
    }


def cases(seed: int) -> list[dict]:
    generator = random.Random(seed)
    found = []
    for name in FILTERS:
        found.append(case(name, (23, 17), (7, 5)))
        found.append(case(name, (5, 4), (9, 7)))
        # The height loses more than twice as many pixels as the width: Pillow 13 shrinks it first.
        found.append(case(name, (11, 40), (7, 6)))
        found.append(case(name, (12, 30), (12, 8)))
        for _ in range(3):
            # Quarters are exact in single precision, which Pillow holds a box in.
            left, top = generator.randrange(40) / 4, generator.randrange(40) / 4
            width, height = generator.randrange(8, 60) / 4, generator.randrange(8, 60) / 4
            found.append(case(name, (26, 25), (6, 5), (left, top, left + width, top + height)))
    return found


def main(settings: Settings) -> None:
    fixture = {"pillow": PIL.__version__, "cases": cases(settings.seed)}
    settings.out.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=20261)
    arguments = parser.parse_args()
    main(Settings(out=arguments.out, seed=arguments.seed))
