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


class Refused(Exception):
    """Not an image that is opened."""


def prepare(path: Path, folder: Path, sides: list[int]) -> dict[str, Any]:
    """Write WebP pictures named by their longest side, the smaller ones first.

    The first is always made, the others only of images that are larger than the one before.
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("ignore")
    with Image.open(path, formats=FORMATS) as source:
        width, height = source.size
        if width * height > MOST_PIXELS or width < 1 or height < 1:
            raise Refused("too_many_pixels")
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
        smaller.save(
            folder / str(side), "WEBP", quality=QUALITY, method=4, exif=b"", icc_profile=b""
        )
        made.append(side)
    return {"width": width, "height": height, "thumbs": made}


def _is_transparent(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
