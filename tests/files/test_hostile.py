"""Files made to hurt: neither the server nor whoever reads them may be."""

import asyncio
import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from okno.app.wiring import App
from okno.files import rules, sandbox
from okno.kit import limits
from tests.files.conftest import Staff, Visitor, png

RTL = "\u202e"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def huge_png(side: int = 8_000) -> bytes:
    """64 megapixels in eight kilobytes."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + side // 8)) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def media_type_of(app: App, file: str) -> str:
    return await app.database.fetchval("SELECT media_type FROM attachment WHERE id = $1", file)


async def test_a_picture_that_unfolds_to_gigabytes(app: App, visitor: Visitor) -> None:
    """Eight kilobytes would take the server's memory, or the operator's browser."""
    content = huge_png()
    assert len(content) < 20_000
    file = await visitor.upload(content)
    (link,) = await visitor.links(file)
    assert (link["preview_url"], link["width"]) == (None, 0)
    got = await visitor.fetch(file)
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("a.png", b"<!DOCTYPE html><script>alert(1)</script>"),
        ("a.txt", b"\n\n  <html><body onload=alert(1)>"),
        ("a.csv", b"a,b\n<iframe src=javascript:alert(1)>"),
        ("a.pdf", b"<html><!-- %PDF-1.7 --><script>alert(1)</script>"),
        ("a.pdf", b"MZ\x90\x00 an executable"),
        ("a.png", b"\x7fELF\x02\x01\x01"),
        ("a.txt", b"#!/bin/sh\nrm -rf /"),
        ("a.txt", "\ufeff<script>alert(1)</script>".encode("utf-16")),
    ],
)
async def test_content_that_runs_is_refused_whatever_its_name(visitor: Visitor, name: str, content: bytes) -> None:
    """A script would come under the name of a picture."""
    declared = {"png": "image/png", "txt": "text/plain", "csv": "text/csv", "pdf": "application/pdf"}[name[-3:]]
    made = await visitor.create(len(content), name, declared)
    refused = await visitor.patch(made.headers["location"], 0, content)
    assert refused.status_code == 415, refused.text
    assert await visitor.links(made.headers["location"].rsplit("/", 1)[1]) == []
    assert (await visitor.head(made.headers["location"])).status_code == 404


@pytest.mark.parametrize("declared", ["image/svg+xml", "text/html", "application/x-msdownload", "image/heic"])
async def test_types_that_run_are_refused_at_once(visitor: Visitor, declared: str) -> None:
    """A hundred megabytes would travel to be refused."""
    assert (await visitor.create(10, "a", declared)).status_code == 415


async def test_a_picture_that_is_also_a_script(visitor: Visitor) -> None:
    """GIF and JavaScript in one would run under our address."""
    content = b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)//;"
    file = await visitor.upload(content, "evil.html", "image/gif")
    got = await visitor.fetch(file)
    assert got.headers["content-type"] == "application/octet-stream"  # it is no picture that can be shown
    out = io.BytesIO()
    Image.new("P", (10, 10)).save(out, "GIF", comment=b"<script>alert(1)</script>")
    got = await visitor.fetch(await visitor.upload(out.getvalue() + b"\n;alert(1)", "evil.html", "image/gif"))
    assert got.headers["content-type"] == "image/gif"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "evil.html.gif" in got.headers["content-disposition"]


async def test_a_document_that_is_also_a_page(visitor: Visitor) -> None:
    """PDF and HTML in one would open as a page under our address."""
    file = await visitor.upload(b"%PDF-1.7\n<html><script>alert(1)</script>", "a.pdf", "application/pdf")
    got = await visitor.fetch(file)
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert got.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("../../../etc/passwd", "passwd"),
        ("C:\\Windows\\system32\\a.txt", "a.txt"),
        ("/", "file"),
        ("..", "file"),
        ("", "file"),
        (f"photo{RTL}gpj.exe", "photogpj.exe"),
        ("a\x00b\r\nSet-Cookie: x.txt", "a b Set-Cookie_ x.txt"),
        ('"><img src=x onerror=alert(1)>.png', "___img src=x onerror=alert(1)_.png"),
        (" . .hidden. ", "hidden"),
        ("CON|?*.txt", "CON___.txt"),
    ],
)
def test_names_lose_what_they_trick_with(raw: str, shown: str) -> None:
    """A name would write outside of a folder, forge a header, or show another ending than it has."""
    assert rules.clean_name(raw) == shown


async def test_long_and_foreign_names(visitor: Visitor) -> None:
    """A name of ten thousand letters would break the page, or the header of the download."""
    long = await visitor.upload(b"%PDF-1", "я" * 10_000 + ".pdf", "application/pdf")
    header = (await visitor.fetch(long)).headers["content-disposition"]
    assert header.isascii()
    name = rules.clean_name("я" * 10_000 + ".pdf")
    assert len(name) == limits.FILE_NAME_LEN_MAX
    assert name.endswith(".pdf")
    deep = io.BytesIO()
    with zipfile.ZipFile(deep, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../" * 500 + "a" * 5_000, bytes(50_000_000))
    file = await visitor.upload(deep.getvalue(), "../" * 300 + f"{RTL}piz.scr", "application/zip")
    got = await visitor.fetch(file)
    assert got.content == deep.getvalue()  # never unpacked
    assert "piz.scr.zip" in got.headers["content-disposition"]


def jpeg_with_place(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (59.0, 56.0, 3.0)
    picture = Image.new("RGB", (640, 480), "red")
    picture.paste("blue", (0, 0, 320, 480))
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"SecretComment", quality=90)
    return out.getvalue() + b"SecretTail"


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
async def test_a_photo_tells_no_place(visitor: Visitor, staff: Staff, orientation: int) -> None:
    """The operator would know where the customer lives; or would see the photo lying on its side."""
    content = jpeg_with_place(orientation)
    file = await visitor.upload(content, "IMG.jpg", "image/jpeg")
    await visitor.send(file)
    got = await staff.fetch(file)
    assert b"Secret" not in got.content
    cleaned, original = Image.open(io.BytesIO(got.content)), Image.open(io.BytesIO(content))
    assert not cleaned.getexif().get_ifd(0x8825)
    assert cleaned.getexif().get(0x0112, 1) == orientation
    assert cleaned.tobytes() == original.tobytes()  # not a pixel has changed
    (link,) = await staff.links(file)
    assert (link["width"], link["height"]) == ((480, 640) if orientation in (6, 8) else (640, 480))
    preview = Image.open(io.BytesIO((await staff.fetch(file, preview=True)).content)).convert("RGB")
    assert (preview.width > preview.height) == (orientation not in (6, 8))
    corner = {1: (5, 5), 3: (-5, -5), 6: (5, 5), 8: (5, -5)}[orientation]
    red, _, blue = preview.getpixel((corner[0] % preview.width, corner[1] % preview.height))
    assert blue > 200 > red


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 6])
async def test_other_pictures_tell_no_place_either(visitor: Visitor, kind: str, orientation: int) -> None:
    """The same by another format."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretPhone"
    out = io.BytesIO()
    Image.new("RGBA", (60, 40), (255, 0, 0, 128)).save(out, kind, exif=exif, lossless=True)
    assert b"SecretPhone" in out.getvalue()
    got = await visitor.fetch(await visitor.upload(out.getvalue(), f"a.{kind.lower()}", f"image/{kind.lower()}"))
    assert b"Secret" not in got.content
    shown = Image.open(io.BytesIO(got.content))
    shown.load()
    assert shown.size == ((40, 60) if orientation == 6 else (60, 40))
    assert shown.mode == "RGBA"


async def test_a_process_that_hangs_is_killed(app: App, visitor: Visitor, monkeypatch, tmp_path: Path) -> None:
    """One file would keep all others waiting."""
    program = tmp_path / "hangs.py"
    program.write_text("import time\ntime.sleep(1000)")
    monkeypatch.setattr(sandbox, "PROGRAM", program)
    monkeypatch.setattr(limits, "EXAMINE_S_MAX", 0.5)
    file = await visitor.upload(png())
    assert await media_type_of(app, file) == "application/octet-stream"
    monkeypatch.undo()
    assert (await visitor.links(await visitor.upload(png())))[0]["preview_url"]


@pytest.mark.parametrize("act", ["import os; os.kill(os.getpid(), 11)", "print('[1,2'); raise SystemExit(3)"])
async def test_a_process_that_crashes_costs_one_file(app: App, visitor: Visitor, monkeypatch, tmp_path, act) -> None:
    """A decoder's bug would stop the server."""
    program = tmp_path / "crashes.py"
    program.write_text(act)
    monkeypatch.setattr(sandbox, "PROGRAM", program)
    assert await media_type_of(app, await visitor.upload(png())) == "application/octet-stream"


async def test_the_process_has_bounds(tmp_path: Path) -> None:
    """A decoder's hole would have the whole machine."""
    lines = "import resource; print({n: resource.getrlimit(getattr(resource, 'RLIMIT_' + n))[1] for n in names})"
    script = (
        f"import sys; sys.path.insert(0, {str(sandbox.PROGRAM.parent)!r}); import examine\n"
        "names = ['AS', 'CPU', 'FSIZE', 'NOFILE', 'CORE']\n"
        "examine.limit({'memory_bytes': 2**30, 'cpu_s': 10, 'file_bytes': 1000})\n" + lines
    )
    process = await asyncio.create_subprocess_exec("python3", "-c", script, stdout=asyncio.subprocess.PIPE)
    said = (await process.communicate())[0].decode()
    assert said.strip() == "{'AS': 1073741824, 'CPU': 10, 'FSIZE': 1000, 'NOFILE': 64, 'CORE': 0}"


async def test_a_flood_of_files_is_stopped(visitor: Visitor, monkeypatch) -> None:
    """One visitor would fill the disk."""
    monkeypatch.setattr(limits, "UPLOADS_PER_VISITOR_HOUR_MAX", 3)
    assert [(await visitor.create(10)).status_code for _ in range(4)] == [201, 201, 201, 429]
    monkeypatch.undo()
    monkeypatch.setattr(limits, "UPLOAD_BYTES_PER_VISITOR_HOUR_MAX", 1_000)
    assert (await visitor.create(990)).status_code == 429


@pytest.mark.parametrize(
    "metadata", ["filename", "filename !!!", "filename 0JA=,filename 0JA=", "filename /w==", ",,,", "a b c"]
)
async def test_broken_metadata_is_refused_clearly(visitor: Visitor, metadata: str) -> None:
    """A broken client would be told of a bug of ours."""
    headers = {**visitor.headers, "tus-resumable": "1.0.0", "upload-length": "10", "upload-metadata": metadata}
    answer = await visitor.http.post(f"{visitor.base}/files", headers=headers)
    assert answer.status_code in (201, 400), answer.text
    assert answer.status_code == 400 or metadata == "filename"  # tus allows a key without a value
