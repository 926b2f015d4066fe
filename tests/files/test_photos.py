"""An operator's face as customers see it."""

import io

from PIL import Image

from okno.app.wiring import App
from okno.kit import limits
from tests.files.conftest import Staff, png


async def test_a_photo_is_small_square_and_bare(app: App, staff: Staff) -> None:
    """A customer would load five megabytes, or read where the operator lives."""
    exif = Image.Exif()
    exif[0x010E] = "home address"
    exif[0x0112] = 6
    out = io.BytesIO()
    picture = Image.new("RGB", (1200, 800), "red")
    picture.paste("blue", (0, 0, 600, 800))
    picture.save(out, "JPEG", exif=exif)
    answer = await staff.http.put("/api/v1/profile/photo", headers=staff.headers, content=out.getvalue())
    assert answer.status_code == 200, answer.text
    address = answer.json()["photo"]
    assert app.access.photo_of(staff.id) == address
    got = await staff.http.get(address)
    assert got.headers["content-type"] == "image/webp"
    assert "immutable" in got.headers["cache-control"]
    assert b"home address" not in got.content
    shown = Image.open(io.BytesIO(got.content))
    assert shown.size == (limits.PHOTO_PX, limits.PHOTO_PX)
    assert not shown.getexif()
    red, _, blue = shown.convert("RGB").getpixel((128, 20))
    assert blue > 200 > red  # turned upright: blue is above
    second = await staff.http.put("/api/v1/profile/photo", headers=staff.headers, content=png())
    assert second.json()["photo"] != address
    assert (await staff.http.get(address)).status_code == 404
    gone = await staff.http.delete("/api/v1/profile/photo", headers=staff.headers)
    assert gone.json()["photo"] == app.access.photo_of(staff.id) == ""


async def test_what_is_no_picture_is_refused(staff: Staff) -> None:
    """A page with a script would be served from our own address."""
    for content in (b"<svg onload=alert(1)>", b"", b"GIF89a" + b"\0" * 100, b"\x89PNG\r\n\x1a\n"):
        answer = await staff.http.put("/api/v1/profile/photo", headers=staff.headers, content=content)
        assert answer.status_code == 415, content
    large = await staff.http.put(
        "/api/v1/profile/photo", headers=staff.headers, content=b"x" * (limits.PHOTO_BYTES_MAX + 1)
    )
    assert large.status_code == 413
