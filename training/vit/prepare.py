"""Decodes the image archives once into uint8 arrays that training reads from memory.

    python prepare.py --data DIR --out DIR

DATA holds `tiny-imagenet-train-0[0-4].tar.gz`, `tiny-imagenet-val.tar.gz`,
`scenes-{train,val}.tar.gz`, `person-{train,val}.tar.gz` and `labels.tsv`, each image named
`<class>_<n>.<type>` and 64 x 64 pixels. Written to OUT:

    train-images.npy  (108200, 64, 64, 3) uint8      train-labels.npy  (108200,) int64
    val-images.npy    (10900, 64, 64, 3) uint8       val-labels.npy    (10900,) int64
    data.json         classes in the order of the labels, and a digest of every archive

The first 10,000 validation images are those of Tiny ImageNet, in the archive's order.
A data loader process would take a core away from training; whole arrays need none.
"""

import argparse
import hashlib
import io
import json
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 64
SCENES = ["buildings", "forest", "glacier", "mountain", "sea", "street"]
# What each archive must hold: (file, images, images of each of its classes).
TRAIN_ARCHIVES = [(f"tiny-imagenet-train-0{n}.tar.gz", 19_600, 98) for n in range(5)] + [
    ("person-train.tar.gz", 3_000, 3_000),
    ("scenes-train.tar.gz", 7_200, 1_200),
]
VAL_ARCHIVES = [
    ("tiny-imagenet-val.tar.gz", 10_000, 50),
    ("person-val.tar.gz", 300, 300),
    ("scenes-val.tar.gz", 600, 100),
]


def read_classes(path: Path) -> list[dict[str, str]]:
    """Every class in the order of the labels: Tiny ImageNet's 200, `person`, the six scenes."""
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    if header.split("\t") != ["wnid", "name"]:
        raise ValueError(f"{path}: the first line should be 'wnid<TAB>name', not {header!r}.")
    classes = [dict(zip(("key", "name"), row.split("\t"), strict=True)) for row in rows]
    classes += [{"key": name, "name": name} for name in ["person", *SCENES]]
    if len({c["name"] for c in classes}) != 207:
        raise ValueError(f"{path}: 207 differently named classes are needed.")
    return classes


def decode(path: Path, index: dict[str, int], count: int, each: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (count, 64, 64, 3) and labels (count,) of one archive, its class counts checked."""
    images = np.empty((count, SIDE, SIDE, 3), np.uint8)
    labels = np.empty(count, np.int64)
    done = 0
    with tarfile.open(path) as archive:
        for member in archive:
            if not member.isfile():
                continue
            if done == count:
                raise ValueError(f"{path}: more than {count} images.")
            key = member.name.split(".")[0].rsplit("_", 1)[0]
            if key not in index:
                raise ValueError(f"{path}: {member.name} has the unknown class {key!r}.")
            image = Image.open(io.BytesIO(archive.extractfile(member).read())).convert("RGB")
            if image.size != (SIDE, SIDE):
                raise ValueError(f"{path}: {member.name} is {image.size}, not 64 x 64.")
            images[done], labels[done] = np.asarray(image), index[key]
            done += 1
    counts = np.bincount(labels[:done])
    if done != count or set(counts[counts > 0]) != {each}:
        raise ValueError(f"{path}: {done} images (not {count}), or not {each} of each class.")
    return images, labels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the archives")
    parser.add_argument("--out", type=Path, required=True, help="folder for the arrays, 1.5 GB")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    classes = read_classes(options.data / "labels.tsv")
    index = {c["key"]: number for number, c in enumerate(classes)}
    digests: dict[str, str] = {}
    for split, archives in (("train", TRAIN_ARCHIVES), ("val", VAL_ARCHIVES)):
        parts = []
        for name, count, each in archives:
            path = options.data / name
            digests[name] = hashlib.sha256(path.read_bytes()).hexdigest()
            parts.append(decode(path, index, count, each))
            print(f"{name}: {count} images", flush=True)
        np.save(options.out / f"{split}-images.npy", np.concatenate([p[0] for p in parts]))
        np.save(options.out / f"{split}-labels.npy", np.concatenate([p[1] for p in parts]))
    (options.out / "data.json").write_text(json.dumps({"classes": classes, "sha256": digests}, indent=1))


if __name__ == "__main__":
    main()
