"""Contents of files for tests, sound ones and hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image


def image(width: int = 800, height: int = 600, kind: str = "PNG", **options: object) -> bytes:
    """Return a picture with something in it."""
    made = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    with io.BytesIO() as file:
        made.save(file, kind, **options)
        return file.getvalue()


def photo_with_place() -> bytes:
    """Return a photo that lies on its side and says where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    return image(800, 600, "JPEG", exif=exif)


def moving_image() -> bytes:
    """Return an animation of three frames."""
    frames = [Image.new("RGB", (300, 200), colour) for colour in ("red", "green", "blue")]
    with io.BytesIO() as file:
        frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=50)
        return file.getvalue()


def huge_image(side: int = 50_000) -> bytes:
    """Return a PNG of a few megabytes that would fill gigabytes of memory."""

    def chunk(name: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    pixels = _zeros((side // 8 + 1) * side)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def _zeros(number: int) -> bytes:
    """Return what zlib makes of so many zero bytes (RFC 1950), without packing them one by one."""
    packer = zlib.compressobj(9)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    # Flushed fully, a block needs nothing of the one before it and may stand there many times.
    block = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    rest = packer.compress(bytes(number % 2**20)) + packer.flush(zlib.Z_FINISH)
    checksum = (number % 65521) << 16 | 1  # Adler-32 of zeros
    return head + block * (number // 2**20) + rest[:-4] + struct.pack(">I", checksum)


def docx(text: str = "", *, document: bytes | None = None) -> bytes:
    """Return a word processor's document with these words, or with this XML as its body."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    runs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.split("\n"))
    body = f'<w:document xmlns:w="{space}"><w:body>{runs}</w:body></w:document>'
    return archive(
        {"[Content_Types].xml": b"<Types/>", "word/document.xml": document or body.encode()}
    )


def odt(text: str) -> bytes:
    """Return an OpenDocument text with these words."""
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        f"<text:p>{text} <text:span>inside</text:span> after</text:p></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.text"
    return archive({"mimetype": kind, "content.xml": content.encode()})


def archive(entries: dict[str, bytes]) -> bytes:
    """Return a ZIP archive."""
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
            for name, content in entries.items():
                made.writestr(name, content)
        return file.getvalue()


def pdf(text: str) -> bytes:
    """Return a PDF of one page with a line on it."""
    stream = f"BT /F1 18 Tf 50 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    made = b"%PDF-1.4\n"
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
    return made + tail % (len(objects) + 1, start)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><title>x</title><script>alert(1)</script>"
# A picture by its first bytes and a page by the rest.
GIF_AND_SCRIPT = b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1);<script>alert(1)</script>"
PDF_AND_HTML = b"%PDF-1.4\n<script>alert(1)</script>"
