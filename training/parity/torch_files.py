"""Make small files as `torch.save` writes them, what stands in them, and some that no loader should follow.

    python training/parity/torch_files.py --out e2e/fixtures/torch

Writes <name>.bin, and expected.json: for each file its tensors, {name: {"shape", "values"}}, and hostile.json: for each
name a file in base64. The hostile pickles would run a command, build objects or nest without end if anything in them
were executed; here they are only written.
"""

import argparse
import base64
import collections
import io
import json
import pickle
import zipfile
from dataclasses import dataclass
from pathlib import Path

import torch


@dataclass(frozen=True)
class Settings:
    out: Path
    seed: int


class Command:
    """Asks the reader of its pickle to call a function."""

    def __init__(self, function, *arguments) -> None:
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def state_dict() -> collections.OrderedDict:
    """What a checkpoint may hold: several types, a view into a larger storage, transposed and tied tensors."""
    table = torch.randn(5, 4)
    block = torch.randn(2, 3, 4)
    return collections.OrderedDict(
        {
            "plain": torch.randn(3, 2),
            "half": torch.randn(7).half(),
            "brain": torch.randn(2, 2).bfloat16(),
            "scalar": torch.tensor(1.5),
            "empty": torch.zeros(0, 3),
            "table": table,
            "tied": table,
            "transposed": table.t(),
            "row": table[3],
            "column": table[:, 1],
            "permuted": block.permute(2, 0, 1),
            "stepped": block[:, ::2, 1:],
            "parameter": torch.nn.Parameter(torch.randn(2, 5)),
            "positions": torch.arange(6),
        }
    )


def expected(tensors: dict) -> dict:
    return {
        name: {"shape": list(tensor.shape), "values": tensor.detach().double().flatten().tolist()}
        for name, tensor in tensors.items()
        if tensor.is_floating_point()
    }


def zipped(data: bytes, compression: int = zipfile.ZIP_STORED, **storages: bytes) -> bytes:
    """An archive as torch.save makes it, around any pickle."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        archive.writestr("archive/data.pkl", data)
        for key, content in storages.items():
            archive.writestr(f"archive/data/{key.lstrip('k')}", content)
    return buffer.getvalue()


def deflated(file: bytes) -> bytes:
    """The same archive with every entry compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return buffer.getvalue()


def zip64(file: bytes) -> bytes:
    """The same archive with zip64 records for every entry."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            with target.open(name, "w", force_zip64=True) as entry:
                entry.write(source.read(name))
    return buffer.getvalue()


def hostile() -> dict[str, bytes]:
    import os

    command = Command(os.system, "touch executed")
    files = {f"os.system, protocol {protocol}": zipped(pickle.dumps({"w": command}, protocol)) for protocol in (2, 3, 4, 5)}
    files["os.system, protocol 0"] = zipped(pickle.dumps({"w": command}, 0))
    files["eval"] = zipped(pickle.dumps(Command(eval, "1 + 1"), 2))
    files["getattr"] = zipped(pickle.dumps(Command(getattr, "", "join"), 2))
    files["an object"] = zipped(pickle.dumps({"w": Settings(Path("x"), 0)}, 2))
    files["bytes"] = zipped(pickle.dumps({"w": b"bytes"}, 4))
    files["a set"] = zipped(pickle.dumps({"w": {1, 2}}, 4))
    files["a zip bomb"] = zipped(pickle.dumps({}, 2), zipfile.ZIP_DEFLATED, k0=bytes(40_000_000))
    legacy = io.BytesIO()
    torch.save({"w": command}, legacy, _use_new_zipfile_serialization=False)
    files["os.system, before torch 1.6"] = legacy.getvalue()
    return files


def main(settings: Settings) -> None:
    torch.manual_seed(settings.seed)
    settings.out.mkdir(parents=True, exist_ok=True)
    tensors = state_dict()
    for name, options in {
        "zip": {},
        "zip-protocol-4": {"pickle_protocol": 4},
        "legacy": {"_use_new_zipfile_serialization": False},
    }.items():
        torch.save(tensors, settings.out / f"{name}.bin", **options)
    module = torch.nn.Linear(3, 2)
    torch.save(module.state_dict(), settings.out / "module.bin")
    file = (settings.out / "zip.bin").read_bytes()
    (settings.out / "zip-deflated.bin").write_bytes(deflated(file))
    (settings.out / "zip64.bin").write_bytes(zip64(file))
    names = ["zip", "zip-protocol-4", "legacy", "zip-deflated", "zip64"]
    listing = {name: expected(tensors) for name in names} | {"module": expected(module.state_dict())}
    (settings.out / "expected.json").write_text(json.dumps(listing) + "\n")
    files = {name: base64.b64encode(content).decode() for name, content in hostile().items()}
    (settings.out / "hostile.json").write_text(json.dumps(files, indent=1) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--seed", type=int, default=20260)
    arguments = parser.parse_args()
    main(Settings(out=arguments.out, seed=arguments.seed))
