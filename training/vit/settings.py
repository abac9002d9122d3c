"""Every setting of a training run, with its default and the reason; `configs/*.toml` change few of them."""

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Phase:
    """A stretch of training at one picture size. Rates are shares of the optimizers' full rates."""

    images: int  # how many training images it sees; the length never depends on the clock
    size: int = 64  # side of the pictures in pixels
    patches_kept: float = 1.0  # share of the patches that are not dropped
    rate_from: float = 1.0
    rate_to: float = 0.0
    schedule: str = "linear"  # "linear" or "cosine", between the two rates
    warmup: int = 0  # images over which the rate first rises from 0


@dataclass(frozen=True)
class Settings:
    phases: list[Phase] = field(default_factory=list)
    seed: int = 7
    batch_size: int = 128  # short runs want many steps
    # Shape of the model; 2.8 million parameters at 64 px.
    image_size: int = 64
    patch_size: int = 4
    hidden_size: int = 192
    layers: int = 6
    heads: int = 6
    mlp_size: int = 768
    # Optimizer. Muon's rate and decay as measured on short runs; AdamW's for all that is no block matrix.
    optimizer: str = "muon"
    muon_rate: float = 0.02
    adamw_rate: float = 2e-3
    weight_decay: float = 0.05
    clip: float = 0.0  # largest gradient norm, 0 for none; Muon's update has a fixed norm anyway
    ema: float = 0.998  # averaged weights are what is evaluated and exported
    # Data. `person` and the scenes are kept near the 490 images of every other class, since a
    # class with six times as many swallows pictures that merely resemble it.
    person_images: int = 490
    scene_images: int = 700
    # Regularisation: light by default, since a run of few epochs does not overfit.
    crop_low: float = 0.3  # smallest share of the area that a random crop keeps
    jitter: float = 0.2
    label_smoothing: float = 0.1
    drop_path: float = 0.0
    mixup: float = 0.0  # alpha of the Beta distribution, 0 for off
    cutmix: float = 0.0  # likewise
    erase: float = 0.0  # chance that a rectangle is erased
    trivial_augment: bool = False
    # Running.
    compile: bool = False  # slower on a CPU at this size
    validate_every: int = 50_000  # training images between two validations
    validate_images: int = 2_000
    save_seconds: float = 240.0
    log_seconds: float = 60.0


def read_settings(path: Path) -> Settings:
    """Settings of a TOML file; an unknown name is an error."""
    values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    unknown = set(values) - {f.name for f in fields(Settings)}
    if unknown:
        raise ValueError(f"{path}: unknown settings {', '.join(sorted(unknown))}.")
    values["phases"] = [Phase(**phase) for phase in values.get("phases", [])]
    return Settings(**values)
