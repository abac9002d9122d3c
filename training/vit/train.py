"""Trains the embedded ViT, on a CPU or on one CUDA device.

    python train.py --preset cpu --data DIR --out DIR [--init FOLDER]

DATA is what prepare.py wrote. PRESET names a file in configs/. OUT gets `log.jsonl` and
`state.pt`; the same command goes on from `state.pt` where it exists. `--init` starts from the
weights of any checkpoint folder of this shape, its positions resized to the first phase.
SIGTERM saves and stops. Then: python export.py --state OUT/state.pt --data DIR --out FOLDER.
"""

import argparse
import dataclasses
import json
import math
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import augment
import checkpoint
from evaluate import accuracy, predict, read_split
from model import ViT, ViTShape, resize_positions
from optim import make_optimizers
from settings import Phase, Settings, read_settings

HERE = Path(__file__).resolve().parent


def rate_share(phase: Phase, done: int) -> float:
    """Share of the full learning rate after `done` images of a phase."""
    if done < phase.warmup:
        return phase.rate_from * done / phase.warmup
    part = (done - phase.warmup) / max(1, phase.images - phase.warmup)
    if phase.schedule == "cosine":
        part = (1 - math.cos(math.pi * part)) / 2
    return phase.rate_from + (phase.rate_to - phase.rate_from) * part


def choose_images(labels: Tensor, settings: Settings) -> Tensor:
    """Indices of the training images: all of Tiny ImageNet, a seeded share of person and scenes."""
    generator = torch.Generator().manual_seed(settings.seed)
    chosen = [(labels < 200).nonzero().flatten()]
    for label in range(200, 207):
        limit = settings.person_images if label == 200 else settings.scene_images
        members = (labels == label).nonzero().flatten()
        chosen.append(members[torch.randperm(len(members), generator=generator)[:limit]])
    return torch.cat(chosen)


class Order:
    """An endless stream of image indices, every epoch in a new order that depends on the seed alone."""

    def __init__(self, indices: Tensor, seed: int) -> None:
        self.indices, self.seed, self.epoch, self.order = indices, seed, -1, indices

    def take(self, start: int, count: int) -> Tensor:
        """Indices `start` .. `start + count` of the stream."""
        out = []
        while count > 0:
            epoch, offset = divmod(start, len(self.indices))
            if epoch != self.epoch:
                generator = torch.Generator().manual_seed(self.seed * 100_003 + epoch)
                self.order = self.indices[torch.randperm(len(self.indices), generator=generator)]
                self.epoch = epoch
            part = self.order[offset : offset + count]
            out.append(part)
            start, count = start + len(part), count - len(part)
        return torch.cat(out)


def dropped(
    batch: int, phase: Phase, settings: Settings, generator: torch.Generator
) -> tuple[Tensor | None, Tensor | None]:
    """What a step leaves out, drawn outside the model so that it compiles: the patches kept
    (PatchDropout, arXiv 2208.07220) and the scale of every residual branch (stochastic depth,
    arXiv 1603.09382: the last layer is skipped with chance `drop_path`, the first never)."""
    kept, paths = None, None
    if phase.patches_kept < 1:
        patches = (phase.size // settings.patch_size) ** 2
        draws = torch.rand(batch, patches, generator=generator, device=generator.device)
        kept = draws.argsort(1)[:, : round(patches * phase.patches_kept)]
    if settings.drop_path > 0:
        chance = 1 - torch.linspace(0, settings.drop_path, settings.layers, device=generator.device)
        chance = chance.view(-1, 1, 1, 1, 1)
        draws = torch.rand(settings.layers, 2, batch, 1, 1, generator=generator, device=generator.device)
        paths = (draws < chance) / chance
    return kept, paths


def commit() -> str:
    """The commit of this code, or "unknown" outside a git checkout."""
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False)
    return found.stdout.strip() if found.returncode == 0 else "unknown"


def memory_used(device: torch.device) -> int:
    """Largest memory so far, in MiB: the device's, or on a CPU the process's."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) // 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--preset", default="cpu", help="name of a file in configs/")
    parser.add_argument("--data", type=Path, required=True, help="folder that prepare.py wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder of state and log")
    parser.add_argument("--init", type=Path, help="checkpoint folder to start from")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads, 0 for PyTorch's choice")
    options = parser.parse_args()
    settings = read_settings(HERE / "configs" / f"{options.preset}.toml")
    device = torch.device(options.device)
    if options.threads:
        torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)

    # Data: uint8 arrays, whole, on the device that trains.
    images, labels = (t.to(device) for t in read_split(options.data, "train"))
    val_images, val_labels = (t[: settings.validate_images].to(device) for t in read_split(options.data, "val"))
    digests = json.loads((options.data / "data.json").read_text())["sha256"]
    order = Order(choose_images(labels.cpu(), settings), settings.seed)

    # Model, from a folder or from the seed.
    torch.manual_seed(settings.seed)
    shape = ViTShape(
        settings.image_size, settings.patch_size, settings.hidden_size,
        settings.layers, settings.heads, settings.mlp_size,
    )  # fmt: skip
    model = checkpoint.load(options.init) if options.init else ViT(shape)
    if model.shape != shape:
        raise ValueError(f"{options.init} has the shape {model.shape}, the preset {shape}.")
    model.to(device)
    average = {name: p.detach().clone() for name, p in model.named_parameters()}
    averaged = ViT(shape).to(device)

    def set_grid(grid: int) -> None:
        """Resizes the positions of the model and of its average."""
        model.positions = nn.Parameter(resize_positions(model.positions.detach(), grid))
        average["positions"] = resize_positions(average["positions"], grid)
        averaged.positions = nn.Parameter(average["positions"].clone())

    def new_optimizers() -> list[torch.optim.Optimizer]:
        return make_optimizers(
            model, settings.optimizer, settings.muon_rate, settings.adamw_rate, settings.weight_decay
        )

    # State: where the run is, and what it has learnt.
    state_path = options.out / "state.pt"
    at = {"phase": 0, "done": 0, "seen": 0, "steps": 0, "seconds": 0.0}
    optimizers: list[torch.optim.Optimizer] = []
    if state_path.exists():
        state = torch.load(state_path, map_location=device, weights_only=True)
        if state["sha256"] != digests:
            raise ValueError(f"{state_path} was trained on other data than {options.data}.")
        at = state["at"]
        grid = round((state["model"]["positions"].shape[1] - 1) ** 0.5)
        set_grid(grid)
        model.load_state_dict(state["model"])
        average = state["average"]
        optimizers = new_optimizers()
        for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)

    def save() -> None:
        state = {
            "at": at,
            "model": model.state_dict(),
            "average": average,
            "optimizers": [o.state_dict() for o in optimizers],
            "settings": dataclasses.asdict(settings),
            "shape": dataclasses.asdict(shape),
            "sha256": digests,
            "commit": commit(),
        }
        torch.save(state, state_path.with_suffix(".new"))
        os.replace(state_path.with_suffix(".new"), state_path)

    def log(**values: object) -> None:
        line = json.dumps({"time": time.strftime("%H:%M:%S", time.gmtime()), **values})
        print(line, flush=True)
        with (options.out / "log.jsonl").open("a") as file:
            file.write(line + "\n")

    def validate(size: int) -> None:
        """Logs top-1 and top-5 of the averaged weights on the first validation images."""
        averaged.load_state_dict(average)
        top1, top5 = accuracy(predict(averaged, val_images, size, half=True), val_labels)
        log(seen=at["seen"], size=size, top1=round(top1, 2), top5=round(top5, 2), of=len(val_labels))

    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    forward = torch.compile(model) if settings.compile else model
    log(event="start", preset=options.preset, device=str(device), commit=commit(), images=len(order.indices), at=at)

    for number in range(at["phase"], len(settings.phases)):
        phase = settings.phases[number]
        if number != at["phase"]:
            at |= {"phase": number, "done": 0}
        if at["done"] == 0:
            set_grid(phase.size // settings.patch_size)
            momenta = [o.state_dict() for o in optimizers]
            optimizers = new_optimizers()
            for optimizer, saved in zip(optimizers, momenta):
                optimizer.load_state_dict(saved)
            for optimizer in optimizers:  # the momentum of the positions has the old grid's shape
                optimizer.state.pop(model.positions, None)
            validate(phase.size)
        marks = {"log": time.time(), "save": time.time(), "seen": at["seen"], "loss": 0.0, "steps": 0}
        while at["done"] < phase.images and not stopping:
            began = time.time()
            generator = torch.Generator(device).manual_seed(settings.seed * 1_000_003 + at["steps"])
            batch = order.take(at["seen"], settings.batch_size).to(device)
            pixels, target = augment.batch(images[batch], labels[batch], phase.size, settings, generator)
            with torch.autocast(device.type, torch.bfloat16):
                logits = forward(pixels, *dropped(len(batch), phase, settings, generator))
            loss = F.cross_entropy(logits.float(), target, label_smoothing=settings.label_smoothing)
            loss.backward()
            if settings.clip:
                torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
            share = rate_share(phase, at["done"])
            for optimizer in optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = group["peak"] * share
                optimizer.step()
                optimizer.zero_grad()
            # Early on a shorter memory, so that the average leaves its starting point.
            memory = min(settings.ema, (1 + at["steps"]) / (10 + at["steps"]))
            names, weights = zip(*model.named_parameters(), strict=True)
            torch._foreach_lerp_([average[n] for n in names], [w.detach() for w in weights], 1 - memory)

            at["done"] += len(batch)
            at["seen"] += len(batch)
            at["steps"] += 1
            at["seconds"] += time.time() - began
            marks["steps"] += 1
            marks["loss"] += loss.detach()
            if time.time() - marks["log"] > settings.log_seconds:
                log(
                    seen=at["seen"],
                    loss=round(float(marks["loss"]) / marks["steps"], 4),
                    rate=round(share, 4),
                    imagesPerSecond=round((at["seen"] - marks["seen"]) / (time.time() - marks["log"]), 1),
                    memoryMiB=memory_used(device),
                )
                marks |= {"log": time.time(), "seen": at["seen"], "loss": 0.0, "steps": 0}
            if time.time() - marks["save"] > settings.save_seconds:
                save()
                marks["save"] = time.time()
            if at["done"] // settings.validate_every != (at["done"] - len(batch)) // settings.validate_every:
                validate(phase.size)
        save()
        if stopping:
            log(event="stopped", at=at)
            return
        validate(phase.size)
    set_grid(shape.grid)
    validate(shape.image_size)
    save()
    log(event="finished", at=at)


if __name__ == "__main__":
    main()
