"""Bringing Asterisk: from the first place that has a package with the right hash; nothing else is unpacked."""

import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from okno.telephony.asterisk.install import (
    CannotInstall,
    Locked,
    fetch,
    find_asterisk,
    find_mirror,
    parse_lock,
    roll_back,
    switch,
    unpack,
)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def mirrors(tmp_path: Path) -> Iterator[tuple[Path, list[str]]]:
    """Two archives on the loopback: their folders are `first` and `second`."""
    servers, urls = [], []
    for name in ("first", "second"):
        folder = tmp_path / name / "pool"
        folder.mkdir(parents=True)
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / name)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        urls.append(f"http://127.0.0.1:{server.server_port}")
    yield tmp_path, urls
    for server in servers:
        server.shutdown()
        server.server_close()


def lock(name: str, content: bytes) -> Locked:
    return Locked(f"pool/{name}", hashlib.sha256(content).hexdigest())


def test_what_the_mirror_lost_comes_from_the_archive(mirrors) -> None:
    """An installation of last month could not be repeated."""
    root, urls = mirrors
    (root / "first/pool/a.deb").write_bytes(b"a")
    for name in ("a", "b"):
        (root / f"second/pool/{name}.deb").write_bytes(name.encode())
    target = root / "packages"
    target.mkdir()
    assert fetch([lock("a.deb", b"a"), lock("b.deb", b"b")], target, urls) == []
    assert (target / "b.deb").read_bytes() == b"b"


def test_a_package_with_another_hash_is_not_taken(mirrors) -> None:
    """Whoever owns the mirror would own the server."""
    root, urls = mirrors
    for place in ("first", "second"):
        (root / f"{place}/pool/a.deb").write_bytes(b"evil")
    target = root / "packages"
    target.mkdir()
    wanted = lock("a.deb", b"good")
    assert fetch([wanted], target, urls) == [wanted]
    assert list(target.iterdir()) == []


def deb(name: str, content: bytes) -> bytes:
    """A Debian package with one file."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:xz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    out = b"!<arch>\n"
    for member, body in (("debian-binary", b"2.0\n"), ("control.tar.xz", b"x"), ("data.tar.xz", data.getvalue())):
        out += f"{member:<16}{'0':<12}{'0':<6}{'0':<6}{'100644':<8}{len(body):<10}`\n".encode() + body
        out += b"\n" * (len(body) % 2)
    return out


def test_a_package_is_unpacked_without_dpkg(tmp_path: Path) -> None:
    """It would run on Debian only."""
    package = tmp_path / "a.deb"
    package.write_bytes(deb("./usr/sbin/asterisk", b"program"))
    unpack(package, tmp_path / "root")
    assert (tmp_path / "root/usr/sbin/asterisk").read_bytes() == b"program"
    package.write_bytes(b"no package")
    with pytest.raises(CannotInstall):
        unpack(package, tmp_path / "root")


def test_one_can_go_back(tmp_path: Path) -> None:
    """An upgrade that breaks calls could not be undone."""
    folder = tmp_path / "telephony"
    folder.mkdir()
    for name in ("asterisk-1", "asterisk-2", "asterisk-3"):
        (folder / name / "usr/sbin").mkdir(parents=True)
        (folder / name / "usr/sbin/asterisk").touch()
        (folder / name / "okno.json").write_text(f'{{"version": "{name[-1]}", "origin": "test"}}')
        switch(folder, folder / name)
    assert not (folder / "asterisk-1").exists()  # only the last two are kept
    found = find_asterisk(tmp_path)
    assert found is not None
    assert found.version == "3"
    assert roll_back(tmp_path).version == "2"
    assert roll_back(tmp_path).version == "3"  # and forth


def test_no_telephone_where_none_was_asked_for(tmp_path: Path) -> None:
    """A system's own Asterisk would be started a second time by itself."""
    assert find_asterisk(tmp_path) is None
    with pytest.raises(CannotInstall):
        roll_back(tmp_path)


def test_the_lock_and_the_mirror(tmp_path: Path) -> None:
    """Packages would come from a place this machine does not know."""
    stamp, locked = parse_lock("# words\narchive 20261127T000000Z\nabc pool/main/a_1.deb\n")
    assert (stamp, locked) == ("20261127T000000Z", [Locked("pool/main/a_1.deb", "abc")])
    assert locked[0].name == "a_1.deb"
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d/debian.sources").write_text("Types: deb\nURIs: http://mirror.example/debian\n")
    assert find_mirror(tmp_path) == "http://mirror.example/debian"
    assert find_mirror(tmp_path / "none").endswith("/debian")
