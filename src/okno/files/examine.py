"""The program that touches strangers' bytes, run as a process of its own: it may crash, hang or be killed.

Argument: one JSON object {task, source, out, pixels_max, preview_px, photo_px, memory_bytes, cpu_s, file_bytes}.
Answer: one JSON object on stdout. It needs the standard library and Pillow, and limits itself before it reads a byte.
"""

import contextlib
import ctypes
import json
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
COPY_BYTES = 1 << 20
ORIENTATION = 0x0112
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "MPO")
TOOL_S = 8.0  # ffmpeg and ffprobe, each
# An APP1 segment that holds nothing but the orientation: the pixels stay as they were, the picture stays upright.
UPRIGHT = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0%c\0\0\0\0\0\0"


def limit(task: dict[str, Any]) -> None:
    """Die with the parent, no core, bounded memory, processor time and files."""
    with contextlib.suppress(OSError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    for name, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, task["memory_bytes"]),
        (resource.RLIMIT_CPU, task["cpu_s"]),
        (resource.RLIMIT_FSIZE, task["file_bytes"]),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(name, (value, value))
    os.nice(5)


def strip_jpeg(source: Path, target: Path, orientation: int) -> bool:
    """Copy without EXIF, XMP, IPTC, comments and whatever hangs behind the picture; false when it is no JPEG."""
    with source.open("rb") as file, target.open("wb") as out:
        if file.read(2) != b"\xff\xd8":
            return False
        out.write(b"\xff\xd8")
        if orientation != 1:
            body = UPRIGHT % orientation
            out.write(b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body)
        while segment := _segment(file):
            marker, raw = segment
            if _is_picture(marker, raw):
                out.write(raw)
            if marker == 0xDA:
                return _copy_scans(file, out)
    return False


def _segment(file: Any) -> tuple[int, bytes] | None:
    """The next marker with its segment; null where the file is broken or ends without a scan."""
    head = file.read(2)
    if len(head) < 2 or head[0] != 0xFF:
        return None
    while head[1:] == b"\xff":  # fill bytes
        head = b"\xff" + file.read(1)
    length = file.read(2)
    if len(head) < 2 or len(length) < 2 or head[1] == 0xD9:
        return None
    return head[1], head + length + file.read(max(struct.unpack(">H", length)[0] - 2, 0))


def _is_picture(marker: int, raw: bytes) -> bool:
    """JFIF, Adobe's colour transform, colour profile, tables and frames; no other application's data, no comments."""
    if marker == 0xE2:
        return raw[4:].startswith(b"ICC_PROFILE")
    return marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _copy_scans(file: Any, out: Any) -> bool:
    """Entropy-coded data and the segments between scans, up to the end of the image."""
    held = b""
    while chunk := file.read(COPY_BYTES):
        held += chunk
        end = held.find(b"\xff\xd9")
        if end >= 0:
            out.write(held[: end + 2])
            return True
        out.write(held[:-1])
        held = held[-1:]
    out.write(held + b"\xff\xd9")
    return True


def strip_png(source: Path, target: Path) -> bool:
    """Copy the chunks that make the picture; texts, EXIF, times and what follows IEND stay behind."""
    kept = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs"}
    kept |= {b"acTL", b"fcTL", b"fdAT", b"cICP"}
    with source.open("rb") as file, target.open("wb") as out:
        out.write(file.read(8))
        while len(head := file.read(8)) == 8:
            size, name = struct.unpack(">I4s", head)
            if name in kept:
                out.write(head)
                _copy(file, out, size + 4)
            else:
                file.seek(size + 4, 1)
            if name == b"IEND":
                return True
    return False


def strip_webp(source: Path, target: Path) -> bool:
    """Copy without the EXIF and XMP chunks, with their flags taken out of the header."""
    with source.open("rb") as file, target.open("wb") as out:
        riff = file.read(12)
        out.write(riff)
        total = 4
        end = struct.unpack("<I", riff[4:8])[0] + 8
        while file.tell() + 8 <= end and len(head := file.read(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            padded = size + size % 2
            if name in (b"EXIF", b"XMP "):
                file.seek(padded, 1)
                continue
            out.write(head)
            if name == b"VP8X" and size >= 1:
                out.write(bytes([file.read(1)[0] & ~0x0C]))
                padded -= 1
                total += 1
            total += 8 + _copy(file, out, padded)
        out.seek(4)
        out.write(struct.pack("<I", total))
    return True


def _copy(file: Any, out: Any, size: int) -> int:
    left = size
    while left and (chunk := file.read(min(left, COPY_BYTES))):
        out.write(chunk)
        left -= len(chunk)
    return size - left


def examine_image(task: dict[str, Any]) -> dict[str, Any]:
    """{shown, width, height, preview, clean}: sizes are of the upright picture; `clean` names the copy to keep."""
    from PIL import Image, ImageOps

    source, out = Path(task["source"]), Path(task["out"])
    Image.MAX_IMAGE_PIXELS = task["pixels_max"]
    answer: dict[str, Any] = {"shown": False, "width": 0, "height": 0, "preview": "", "clean": ""}
    with Image.open(source, formats=FORMATS) as image:
        width, height = image.size
        if width * height > task["pixels_max"] or min(width, height) < 1:
            return answer
        orientation = image.getexif().get(ORIENTATION, 1)
        orientation = orientation if orientation in range(1, 9) else 1
        kind = image.format
        image.draft("RGB", (task["preview_px"], task["preview_px"]))
        small = ImageOps.exif_transpose(image)
        small.thumbnail((task["preview_px"], task["preview_px"]))
        preview = out / "preview.webp"
        _plain(small).save(preview, "WEBP", quality=80, method=4)
    turned = orientation in range(5, 9)
    answer |= {"shown": True, "preview": str(preview)}
    answer |= {"width": height, "height": width} if turned else {"width": width, "height": height}
    clean = out / "clean"
    if kind in ("JPEG", "MPO"):
        done = strip_jpeg(source, clean, orientation)
    elif kind in ("PNG", "WEBP", "AVIF") and (orientation != 1 or kind == "AVIF"):
        done = _encode_again(source, clean, kind)
    elif kind == "PNG":
        done = strip_png(source, clean)
    elif kind == "WEBP":
        done = strip_webp(source, clean)
    else:
        return answer  # a GIF has no place for EXIF
    if not done or not _readable(clean):
        _encode_again(source, clean, "JPEG" if kind == "MPO" else str(kind))
    return answer | {"clean": str(clean)}


def _plain(image: Any) -> Any:
    mode = "RGBA" if image.has_transparency_data else "RGB"
    converted = image.convert(mode)
    converted.info = {k: v for k, v in image.info.items() if k == "icc_profile"}
    return converted


def _readable(path: Path) -> bool:
    from PIL import Image

    try:
        with Image.open(path, formats=FORMATS) as image:
            image.draft("RGB", (64, 64))
            image.load()
    except (OSError, ValueError, SyntaxError):
        return False
    return True


def _encode_again(source: Path, target: Path, kind: str) -> bool:
    from PIL import Image, ImageOps

    with Image.open(source, formats=FORMATS) as image:
        upright = ImageOps.exif_transpose(image)
        plain = upright.convert("RGB") if kind == "JPEG" else _plain(upright)
        profile = image.info.get("icc_profile")
        plain.save(target, kind, quality=92, **({"icc_profile": profile} if profile else {}))
    return True


def make_photo(task: dict[str, Any]) -> dict[str, Any]:
    """A square WebP without anything but pixels."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = task["pixels_max"]
    size = task["photo_px"]
    with Image.open(task["source"], formats=FORMATS) as image:
        if image.width * image.height > task["pixels_max"]:
            return {"shown": False}
        image.draft("RGB", (size * 2, size * 2))
        square = ImageOps.fit(ImageOps.exif_transpose(image), (size, size))
        plain = square.convert("RGBA" if square.has_transparency_data else "RGB")
        plain.info = {}
        target = Path(task["out"]) / "photo.webp"
        plain.save(target, "WEBP", quality=85, method=4)
    return {"shown": True, "photo": str(target)}


def examine_media(task: dict[str, Any]) -> dict[str, Any]:
    """{width, height, duration_s, preview}, zeros and nothing where ffmpeg is not there or gives up."""
    answer: dict[str, Any] = {"width": 0, "height": 0, "duration_s": 0.0, "preview": ""}
    if probe := shutil.which("ffprobe"):
        said = _tool(
            [
                *(probe, "-v", "error", "-show_entries", "format=duration:stream=width,height,duration", "-of", "json"),
                *("-protocol_whitelist", "file", task["source"]),
            ]
        )
        found = json.loads(said or b"{}")
        streams = found.get("streams") or [{}]
        lengths = [found.get("format", {}).get("duration"), *(s.get("duration") for s in streams)]
        seconds = next((float(x) for x in lengths if x and str(x).replace(".", "").isdigit()), 0.0)
        answer["duration_s"] = min(round(seconds, 2), 1e6)
        answer["width"] = next((int(s["width"]) for s in streams if s.get("width")), 0)
        answer["height"] = next((int(s["height"]) for s in streams if s.get("height")), 0)
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg and task["task"] == "video":
        preview = Path(task["out"]) / "preview.webp"
        scale = (
            f"scale='min({task['preview_px']},iw)':'min({task['preview_px']},ih)':force_original_aspect_ratio=decrease"
        )
        _tool(
            [
                *(ffmpeg, "-v", "error", "-nostdin", "-protocol_whitelist", "file", "-i", task["source"]),
                *("-frames:v", "1", "-vf", scale, "-threads", "1", "-y", str(preview)),
            ]
        )
        if preview.is_file() and preview.stat().st_size and _readable(preview):
            answer["preview"] = str(preview)
    return answer


def _tool(command: list[str]) -> bytes:
    try:
        return subprocess.run(command, capture_output=True, timeout=TOOL_S, check=False).stdout[:COPY_BYTES]
    except (OSError, subprocess.TimeoutExpired):
        return b""


def main() -> None:
    task = json.loads(sys.argv[1])
    limit(task)
    work = {"image": examine_image, "photo": make_photo, "video": examine_media, "audio": examine_media}[task["task"]]
    print(json.dumps(work(task)))


if __name__ == "__main__":
    main()
