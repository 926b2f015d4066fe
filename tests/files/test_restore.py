"""A customer's file survives the machine."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import httpx

from okno.access.keys import load_keys
from okno.kit.ids import uuid7
from tests.files.conftest import TUS, png
from tests.support.process import Server, data_folder


def command(data: Path, *arguments: str) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OKNO_")}
    environment |= {"OKNO_DATA": str(data), "OKNO_BACKUP_PASSPHRASE": "six green apples"}
    subprocess.run([sys.executable, "-m", "okno.app.command", *arguments], env=environment, check=True)


def upload(server: Server, content: bytes) -> tuple[str, str, dict[str, str]]:
    """The base of the widget's addresses, the file's id, and headers of its owner."""
    key = httpx.get(f"{server.url}/demo").text.split('data-key="')[1].split('"')[0]
    text = f"v1.1.{uuid7()}"
    token = f"{text}.{load_keys(server.data / 'master.key').sign('visitor', text)}"
    headers = {"authorization": f"Bearer {token}"}
    base = f"/api/v1/widget/{key}"
    said = f"filename {base64.b64encode('паспорт.png'.encode()).decode()},filetype aW1hZ2UvcG5n"
    made = httpx.post(
        f"{server.url}{base}/files",
        headers={**headers, **TUS, "upload-length": str(len(content)), "upload-metadata": said},
    )
    location = made.headers["location"]
    octets = {"upload-offset": "0", "content-type": "application/offset+octet-stream"}
    done = httpx.patch(f"{server.url}{location}", headers={**headers, **TUS, **octets}, content=content, timeout=60)
    assert done.status_code == 204, done.text
    return base, location.rsplit("/", 1)[1], headers


def read(server: Server, base: str, file: str, headers: dict[str, str]) -> tuple[bytes, bytes]:
    """The file and its preview."""
    (link,) = httpx.post(f"{server.url}{base}/files/links", headers=headers, json={"ids": [file]}).json()
    return httpx.get(f"{server.url}{link['url']}").content, httpx.get(f"{server.url}{link['preview_url']}").content


def test_an_uploaded_file_is_readable_after_a_restore() -> None:
    """After a fire the conversations would be there and their photos not."""
    with data_folder() as first, data_folder() as second:
        server = Server(first).start()
        try:
            base, file, headers = upload(server, png(800, 600))
            before = read(server, base, file, headers)
            archive = first.parent / "okno.tar"
            command(first, "backup", str(archive))  # of a running server
        finally:
            server.stop()
        command(second, "restore", str(archive))
        server = Server(second).start()
        try:
            assert read(server, base, file, headers) == before
        finally:
            server.stop()
    assert before[0].startswith(b"\x89PNG")
    assert before[1][8:12] == b"WEBP"
