"""Pictures of images, smaller, still, upright and without what cameras write beside them.

Imported by the child process alone, by its own name.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF")
MOST_PIXELS = 50_000_000
QUALITY = 80
SMALLEST = 48  # pixels that a photo of somebody needs on each side
WHOLE = 1024  # of what one chooses the part from, on its longer side
_TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


class Refused(Exception):
    """Not an image that is opened."""


def prepare(path: Path, folder: Path, sides: list[int]) -> dict[str, Any]:
    """Write WebP pictures named by their longest side, the smaller ones first.

    The first is always made, the others only of images that are larger than the one before.
    """
    with _opened(path) as source:
        width, height = source.size
        if source.format == "JPEG":
            # Decoded at a fraction of its size where that is enough.
            source.draft("RGB", (sides[-1], sides[-1]))
        turned = ImageOps.exif_transpose(source)
        if source.getexif().get(0x0112) in (5, 6, 7, 8):
            width, height = height, width
        picture = turned.convert("RGBA" if _is_transparent(turned) else "RGB")
    made: list[int] = []
    for side in sorted(sides):
        if made and max(width, height) <= made[-1]:
            break
        smaller = picture.copy()
        smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
        _save(smaller, folder / str(side))
        made.append(side)
    return {"width": width, "height": height, "thumbs": made}


def squares(
    path: Path, folder: Path, sides: list[int], crop: dict[str, float], turn: int
) -> dict[str, Any]:
    """Write a square part of an image in each size, and ``whole``; see ``process.squares``."""
    with _opened(path) as source:
        shorter = min(source.size)
        if shorter < SMALLEST:
            raise Refused("too_small")
        if source.format == "JPEG":
            # As above, but the part alone must have enough for the largest size.
            scale = max(sides[-1] / (crop.get("side", 1) * shorter), WHOLE / shorter)
            wanted = [min(each, round(each * scale) + 1) for each in source.size]
            source.draft("RGB", (wanted[0], wanted[1]))
        upright = _on_white(ImageOps.exif_transpose(source))
    whole = upright.copy()
    whole.thumbnail((WHOLE, WHOLE), Image.Resampling.LANCZOS)
    _save(whole, folder / "whole")
    # Pillow turns the other way round.
    turned = upright.transpose(_TURNS[turn]) if turn else upright
    width, height = turned.size
    side = min(max(1, round(crop.get("side", 1) * min(width, height))), width, height)
    left, top = (width - side) // 2, (height - side) // 2
    if crop:
        left = min(round(crop["x"] * width), width - side)
        top = min(round(crop["y"] * height), height - side)
    part = turned.crop((left, top, left + side, top + side))
    for each in sides:
        _save(part.resize((each, each), Image.Resampling.LANCZOS), folder / str(each))
    return {"width": upright.width, "height": upright.height, "thumbs": sides}


def _opened(path: Path) -> Image.Image:
    """Open an image whose pixels aren't read yet. Raises Refused where there are too many."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("ignore")
    source = Image.open(path, formats=FORMATS)
    width, height = source.size
    if width * height > MOST_PIXELS or width < 1 or height < 1:
        source.close()
        raise Refused("too_many_pixels")
    return source


def _save(picture: Image.Image, path: Path) -> None:
    picture.save(path, "WEBP", quality=QUALITY, method=4, exif=b"", icc_profile=b"")


def _on_white(image: Image.Image) -> Image.Image:
    if not _is_transparent(image):
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image.convert("RGBA"))
    return ground.convert("RGB")


def _is_transparent(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
