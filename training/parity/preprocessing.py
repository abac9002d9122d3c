"""Preprocessing fixtures: what the Python image processors of ViT and DeiT make of small pictures.

The reference is the processor that resizes with Pillow. Where torchvision is installed, the same case also runs
through the torchvision-backed processor and the largest difference goes into the manifest.

Run through make.py.
"""

import json
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import transformers
from PIL import Image
from safetensors.numpy import save_file
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil
from transformers.utils import is_torchvision_available

import images

NEAREST, LANCZOS, BILINEAR, BICUBIC = 0, 1, 2, 3
HALF = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}


@dataclass
class Case:
    name: str
    source: np.ndarray
    """[H, W, 3] or, with transparency, [H, W, 4] uint8."""
    processor: str
    """"ViTImageProcessor" or "DeiTImageProcessor"."""
    settings: dict = field(default_factory=dict)
    grey: bool = False
    """Convert to one luminance channel before anything else."""


def square(side: int) -> dict:
    return {"height": side, "width": side}


def cases(seed: int) -> list[Case]:
    vit, deit = "ViTImageProcessor", "DeiTImageProcessor"
    return [
        Case("bilinear-64", images.stripes(90, 120, seed), vit, {"size": square(64), "resample": BILINEAR, **HALF}),
        Case("bicubic-32", images.stripes(75, 50, seed + 1), vit, {"size": square(32), "resample": BICUBIC, **IMAGENET}),
        Case("nearest-32", images.noise(41, 67, seed + 2), vit, {"size": square(32), "resample": NEAREST, **HALF}),
        Case("lanczos-32", images.stripes(61, 83, seed + 3), vit, {"size": square(32), "resample": LANCZOS, **HALF}),
        Case("shrink-bilinear", images.stripes(190, 250, seed + 4), vit, {"size": square(16), "resample": BILINEAR, **HALF}),
        Case("shrink-bicubic", images.noise(160, 210, seed + 5), vit, {"size": square(16), "resample": BICUBIC, **HALF}),
        Case("enlarge-bilinear", images.noise(11, 7, seed + 6), vit, {"size": square(32), "resample": BILINEAR, **HALF}),
        Case("enlarge-bicubic", images.noise(9, 13, seed + 7), vit, {"size": square(32), "resample": BICUBIC, **HALF}),
        Case("one-pixel", images.noise(1, 1, seed + 8), vit, {"size": square(16), "resample": BILINEAR, **HALF}),
        Case("one-row", images.noise(1, 40, seed + 9), vit, {"size": square(16), "resample": BICUBIC, **HALF}),
        Case("wide-target", images.gradient(37, 45), vit, {"size": {"height": 24, "width": 40}, "resample": BILINEAR, **IMAGENET}),
        Case("same-size", images.noise(32, 32, seed + 10), vit, {"size": square(32), "resample": BICUBIC, **HALF}),
        Case("no-resize", images.noise(24, 32, seed + 11), vit, {"do_resize": False, **IMAGENET}),
        Case("no-normalise", images.stripes(50, 70, seed + 12), vit, {"size": square(32), "resample": BILINEAR, "do_normalize": False}),
        Case(
            "no-rescale",
            images.stripes(50, 70, seed + 13),
            vit,
            {
                "size": square(16),
                "resample": BILINEAR,
                "do_rescale": False,
                "image_mean": [127.5, 120.0, 110.0],
                "image_std": [127.5, 60.0, 50.0],
            },
        ),
        Case(
            "grey",
            images.gradient(54, 40),
            vit,
            {"size": square(32), "resample": BILINEAR, "image_mean": [0.45], "image_std": [0.27]},
            grey=True,
        ),
        Case("alpha", images.disc_with_alpha(48, 60), vit, {"size": square(32), "resample": BILINEAR, **HALF}),
        Case(
            "crop",
            images.stripes(60, 80, seed + 14),
            deit,
            {"size": square(40), "crop_size": square(32), "resample": BICUBIC, **IMAGENET},
        ),
        Case(
            "crop-odd-margin",
            images.gradient(50, 63),
            deit,
            {"size": {"height": 37, "width": 41}, "crop_size": {"height": 24, "width": 32}, "resample": BICUBIC, **IMAGENET},
        ),
        Case(
            "shortest-edge-crop-wide",
            images.stripes(45, 77, seed + 15),
            deit,
            {"size": {"shortest_edge": 36}, "crop_size": square(32), "resample": BICUBIC, **IMAGENET},
        ),
        Case(
            "shortest-edge-crop-tall",
            images.stripes(101, 58, seed + 16),
            deit,
            {"size": {"shortest_edge": 36}, "crop_size": square(32), "resample": BILINEAR, **IMAGENET},
        ),
        Case(
            "crop-larger-than-picture",
            images.gradient(40, 30),
            deit,
            {"size": {"height": 20, "width": 27}, "crop_size": square(32), "resample": BICUBIC, **IMAGENET},
        ),
    ]


# Written by hand as files of older checkpoints are: a bare number for the size, another key for the type, and
# what equals the default left out.
OLD_STYLE = [
    (
        Case("old-style-vit", images.stripes(64, 88, 5), "ViTImageProcessor"),
        {"do_normalize": True, "do_resize": True, "feature_extractor_type": "ViTFeatureExtractor", **HALF, "resample": 2, "size": 32},
    ),
    (
        Case("old-style-deit", images.stripes(64, 88, 6), "DeiTImageProcessor"),
        {
            "crop_size": 32,
            "do_center_crop": True,
            "do_normalize": True,
            "do_resize": True,
            "feature_extractor_type": "DeiTFeatureExtractor",
            **IMAGENET,
            "resample": 3,
            "size": 40,
        },
    ),
]

PILLOW_PROCESSORS = {
    "BitImageProcessor": BitImageProcessorPil,
    "DeiTImageProcessor": DeiTImageProcessorPil,
    "ViTImageProcessor": ViTImageProcessorPil,
}


def over_white(rgba: np.ndarray) -> np.ndarray:
    """[H, W, 4] to [H, W, 3] uint8: the picture laid over a white ground, as Pillow's alpha_composite rounds."""
    picture = Image.fromarray(rgba)
    white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
    return np.asarray(Image.alpha_composite(white, picture).convert("RGB"))


def to_grey(rgb: np.ndarray) -> np.ndarray:
    """[H, W, 3] to [H, W] uint8: Pillow's luminance, (19595 R + 38470 G + 7471 B + 32768) >> 16."""
    return np.asarray(Image.fromarray(rgb).convert("L"))


def pixel_values(processor, picture: np.ndarray) -> np.ndarray:
    """[1, C, H, W] float32."""
    return np.asarray(processor(Image.fromarray(picture), return_tensors="np")["pixel_values"], dtype=np.float32)


def before_rescale(processor, picture: np.ndarray, crop: bool) -> np.ndarray:
    """[H, W, C] uint8: the picture after resizing and, on request, cropping, as the processor itself does them."""
    settings = {"do_rescale": False, "do_normalize": False}
    if not crop:
        settings["do_center_crop"] = False
    values = processor(Image.fromarray(picture), return_tensors="np", **settings)["pixel_values"][0]
    assert values.dtype == np.uint8
    return np.ascontiguousarray(values.transpose(1, 2, 0))


def largest_difference_to_torchvision(name: str, settings: dict, picture: np.ndarray, reference: np.ndarray) -> dict | None:
    """Largest difference of the torchvision-backed processor: in pixel levels (0 to 255), and after normalising."""
    if not is_torchvision_available():
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        processor = getattr(transformers, name).from_dict(settings)
        tensor = processor(Image.fromarray(picture), return_tensors="pt")["pixel_values"].numpy()
        levels = processor(Image.fromarray(picture), return_tensors="pt", do_rescale=False, do_normalize=False)
    pillow = PILLOW_PROCESSORS[name].from_dict(settings)
    expected = pillow(Image.fromarray(picture), return_tensors="np", do_rescale=False, do_normalize=False)
    gap = levels["pixel_values"].numpy().astype(np.int64) - expected["pixel_values"].astype(np.int64)
    return {"levels": int(np.abs(gap).max()), "normalised": float(np.abs(tensor - reference).max())}


def write_case(folder: Path, case: Case, config: dict | None) -> dict:
    """Write one case and return its line of the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {}
    rgb = case.source
    if rgb.shape[2] == 4:
        tensors["rgba"] = rgb
        rgb = over_white(rgb)
    tensors["image"] = np.ascontiguousarray(rgb)
    picture = to_grey(rgb) if case.grey else rgb
    if case.grey:
        tensors["grey"] = picture

    kind = PILLOW_PROCESSORS[case.processor]
    if config is None:
        config = kind(**case.settings).to_dict()
    processor = kind.from_dict(config)
    tensors["resized"] = before_rescale(processor, picture, crop=False)
    if processor.do_center_crop:
        tensors["cropped"] = before_rescale(processor, picture, crop=True)
    tensors["pixel_values"] = pixel_values(processor, picture)

    (folder / "preprocessor_config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    save_file({key: np.ascontiguousarray(value) for key, value in tensors.items()}, folder / "expected.safetensors")
    return {
        "source": list(rgb.shape),
        "pixelValues": list(tensors["pixel_values"].shape),
        "torchvisionLargestDifference": largest_difference_to_torchvision(
            case.processor, config, picture, tensors["pixel_values"]
        ),
    }


def make(out: Path, seed: int) -> dict:
    """Write out/preprocessing and return its part of the manifest."""
    manifest = {}
    for case, config in [(case, None) for case in cases(seed)] + OLD_STYLE:
        manifest[case.name] = write_case(out / "preprocessing" / case.name, case, config)
    return manifest
