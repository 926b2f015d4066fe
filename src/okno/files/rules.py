"""Pure decisions on files: names, types by content, headers, ranges. Everything here reads what a stranger wrote."""

import base64
import binascii
import re
import unicodedata
from typing import NamedTuple
from urllib.parse import quote

from okno.files.types import ALLOWED, INLINE, OCTETS, OFFICE
from okno.kit import limits
from okno.kit.cards import mask_cards
from okno.kit.errors import Malformed

HEAD_BYTES = 4096
MEDIA_TYPE = re.compile(r"^[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}$")
# Direction marks and overrides: "photo\u202egpj.exe" reads as "photoexe.jpg".
BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
RUNNABLE_A = "apk app bat chm cmd com cpl desktop dll exe hta htm html jar js jse lnk mht mhtml mjs msc msi msp pif"
RUNNABLE_Z = "ps1 reg scf scr sh shtml svg svgz swf url vb vbe vbs wsf wsh xht xhtml xml xsl"
RUNNABLE = frozenset([*RUNNABLE_A.split(), *RUNNABLE_Z.split()])
EXTENSION = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "text/plain": "txt",
    "text/csv": "csv",
    "audio/ogg": "ogg",
    "audio/webm": "webm",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "video/mp4": "mp4",
    "video/webm": "webm",
}
SAME = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/mp3": "audio/mpeg",
    "audio/opus": "audio/ogg",
    "application/ogg": "audio/ogg",
    "application/x-zip-compressed": "application/zip",
    "application/x-pdf": "application/pdf",
    "application/x-gzip": "application/gzip",
    "application/x-rar-compressed": "application/vnd.rar",
    "application/vnd.ms-excel.csv": "text/csv",
    "text/rtf": "application/rtf",
    "text/json": "application/json",
    "text/x-markdown": "text/plain",
    "text/markdown": "text/plain",
}
MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf'\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-executable"),
    (0, b"\xca\xfe\xba\xbe", "application/x-executable"),
    (0, b"#!", "application/x-shellscript"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
)
OLE = frozenset({"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"})
AUDIO_OR_VIDEO = {
    "video/webm": ("audio/webm", "video/webm"),
    "audio/ogg": ("audio/ogg", "video/ogg"),
    "video/mp4": ("audio/mp4", "video/mp4", "video/quicktime"),
}
MARKUP = re.compile(
    rb"<\s*(?:!doctype\s+html|html|head|body|script|iframe|svg|img|object|embed|link|style|meta|form|base|a\s|\?xml)|<\?xml",
    re.IGNORECASE,
)


def clean_name(raw: str) -> str:
    """A file's name to show and to save by: no path, no control or direction characters, bounded, never empty."""
    text = unicodedata.normalize("NFC", raw[: limits.FILE_NAME_LEN_MAX * 100].translate(BIDI))
    text = re.split(r"[/\\]", text)[-1]
    text = "".join(c if unicodedata.category(c)[0] != "C" or c == "\u200d" else " " for c in text)
    text = mask_cards(re.sub(r'[<>:"|?*]', "_", " ".join(text.split())).strip(". "))
    if len(text) > limits.FILE_NAME_LEN_MAX:
        stem, dot, ending = text.rpartition(".")
        ending = f"{dot}{ending}" if stem and len(ending) <= 10 else ""  # noqa: PLR2004 - longer is no extension
        text = (stem or text)[: limits.FILE_NAME_LEN_MAX - len(ending)].rstrip(". ") + ending
    return text or "file"


def safe_name(name: str, media_type: str) -> str:
    """The name with an ending of its own type when the present one would make a computer run the saved file."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in RUNNABLE:
        return name
    return f"{name}.{EXTENSION.get(media_type, 'bin')}"


def parse_media_type(raw: str) -> str:
    """Lower case, without parameters; octets for anything that is not a media type."""
    text = raw.split(";", maxsplit=1)[0].strip().lower()
    text = SAME.get(text, text)
    return text if MEDIA_TYPE.match(text) else OCTETS


def sniff(head: bytes, declared: str) -> str:
    """The type by the first HEAD_BYTES; what was declared only chooses between types that begin alike."""
    found = _by_magic(head)
    if found in AUDIO_OR_VIDEO:
        return declared if declared in AUDIO_OR_VIDEO[found] else found
    if found == "application/x-ole":
        return declared if declared in OLE else OCTETS
    if found == "application/zip":
        return _zipped(head, declared)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):  # UTF-16 would hide markup from us and not from a browser
        return _text(head.decode("utf-16", "replace").encode("utf-8", "replace"), declared)
    return found or (_text(head, declared) if _is_text(head) else OCTETS)


def _text(head: bytes, declared: str) -> str:
    if MARKUP.search(head):
        return "image/svg+xml" if re.search(rb"<\s*svg", head, re.IGNORECASE) else "text/html"
    return declared if declared in ("text/csv", "application/json") else "text/plain"


def _by_magic(head: bytes) -> str:
    for at, magic, media_type in MAGIC:
        if head.startswith(magic, at):
            return media_type
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in (b"avif", b"avis"):
            return "image/avif"
        return "image/heic" if brand in (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"hevc") else "video/mp4"
    if head[:1] == b"\xff" and len(head) > 1:  # a frame of MPEG audio: its layer tells which
        # sync bits and layer: ADTS has layer 0, MPEG II or III
        aac, mpeg = head[1] & 0xF6 == 0xF0, head[1] & 0xE0 == 0xE0 and head[1] & 0x06 in (0x02, 0x04)  # noqa: PLR2004
        return "audio/aac" if aac else "audio/mpeg" if mpeg else ""
    return ""


def _zipped(head: bytes, declared: str) -> str:
    if declared.startswith(OFFICE) and b"[Content_Types].xml" in head:
        return declared
    if declared.startswith("application/vnd.oasis.opendocument.") and b"mimetype" + declared.encode() in head:
        return declared
    return "application/zip"


def _is_text(head: bytes) -> bool:
    return not any(b < 9 or (13 < b < 32 and b != 27) for b in head)  # noqa: PLR2004 - control characters


def accepts(allowed: list[str], media_type: str) -> bool:
    """`allowed` empty is the product's list; an entry may be `image/*`."""
    if not allowed:
        return media_type in ALLOWED
    return media_type in allowed or f"{media_type.partition('/')[0]}/*" in allowed


def parse_metadata(header: str) -> dict[str, str]:
    """`Upload-Metadata` of tus: key and base64 value. Raises `Malformed`."""
    found: dict[str, str] = {}
    for pair in header.split(",") if header else ():
        key, _, value = pair.strip().partition(" ")
        if not key or key in found:
            raise Malformed("Upload-Metadata: keys are there once and not empty")
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            raise Malformed(f"Upload-Metadata: {key[:40]!r} is not base64 of UTF-8") from None
    return found


def disposition(name: str, media_type: str) -> str:
    """RFC 6266 with an ASCII fallback and the RFC 5987 form."""
    how = "inline" if media_type in INLINE else "attachment"
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


class Span(NamedTuple):
    """Bytes `first` to before `after`."""

    first: int
    after: int


def parse_range(header: str, size_bytes: int) -> Span | None:
    """One range of RFC 9110; null means the whole. Raises `ValueError` for one that lies outside."""
    match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header.strip())
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        span = Span(max(size_bytes - int(last), 0), size_bytes)
    else:
        span = Span(int(first), min(int(last) + 1, size_bytes) if last else size_bytes)
        if last and int(last) < int(first):
            return None
    if span.first >= span.after:
        raise ValueError(header)
    return span
