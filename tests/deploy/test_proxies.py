"""The proxy files of deploy/, in front of a real okno: by a real nginx and a real Caddy."""

import asyncio
import re
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.process import Server, data_folder, free_port
from tests.support.tls import certificate, say_hello
from tools.test_tools import proxy

DEPLOY = Path(__file__).parents[2] / "deploy"
START_S_MAX = 20.0
CLIENT = "127.0.0.2"  # not the proxy's own address, so that what okno sees can only come from the header


def nginx(folder: Path, port: int, target: int, cert: Path, key: Path) -> list[str]:
    """The file as it stands but for names, ports and the certificate's place."""
    text = (DEPLOY / "nginx.conf").read_text()
    text = re.sub(r"^\s*listen \[::\].*\n", "", text, flags=re.MULTILINE)
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{target};"),
        ("/etc/letsencrypt/live/chat.example.com/fullchain.pem", str(cert)),
        ("/etc/letsencrypt/live/chat.example.com/privkey.pem", str(key)),
        ("chat.example.com", "127.0.0.1"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    (folder / "okno.conf").write_text(text)
    places = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
        f" http {{ access_log off; {places} include {folder}/okno.conf; }}"
    )
    return ["-e", str(folder / "error.log"), "-p", str(folder), "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, port: int, target: int, cert: Path, key: Path) -> list[str]:
    text = (DEPLOY / "Caddyfile").read_text()
    for old, new in (
        ("chat.example.com {", f"https://127.0.0.1:{port} {{\n\ttls {cert} {key}"),
        ("127.0.0.1:8000", f"127.0.0.1:{target}"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + text)
    return ["run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@pytest.fixture(params=["nginx", "caddy"])
def behind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Server, str, ssl.SSLContext]]:
    """An okno, the address of the proxy before it, and what its certificate is checked by."""
    program = proxy(request.param)
    if program is None:
        pytest.skip(f"no {request.param}")
    cert, key = certificate(tmp_path)
    port = free_port()
    url = f"https://127.0.0.1:{port}"
    with data_folder() as home:
        server = Server(home, environment={"OKNO_PUBLIC_URL": url, "OKNO_TRUSTED_PROXIES": "127.0.0.1"}).start()
        arguments = {"nginx": nginx, "caddy": caddy}[request.param](tmp_path, port, server.port, cert, key)
        with (tmp_path / "log").open("wb") as log:
            environment = {"HOME": str(tmp_path), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
            process = subprocess.Popen([program, *arguments], stdout=log, stderr=log, env=environment)
        context = ssl.create_default_context(cafile=str(cert))
        try:
            answering(url, context, tmp_path / "log", process)
            yield server, url, context
        finally:
            server.stop()  # first: a proxy that ends politely waits for its open sockets
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def answering(url: str, context: ssl.SSLContext, log: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_S_MAX
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", verify=context).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


async def test_the_proxy_passes_pages_sockets_streams_and_addresses(behind) -> None:
    """A company that follows the guide would have no socket, insecure cookies, or one address for all visitors."""
    server, url, context = behind
    link = await asyncio.to_thread(server.first_link)
    from_elsewhere = httpx.AsyncHTTPTransport(verify=context, local_address=CLIENT)
    async with httpx.AsyncClient(base_url=url, transport=from_elsewhere, timeout=20) as http:
        key = re.search(r'data-key="(\w+)"', (await http.get("/demo")).text)
        assert key
        forged = {"x-forwarded-for": "198.51.100.77"}
        use = {"password": "long enough words"}
        answer = await http.post(f"/api/v1/links/{link}", json=use, headers=forged)
        assert "Secure" in answer.headers["set-cookie"]
        assert [s["address"] for s in (await http.get("/api/v1/sessions")).json()] == [CLIENT]
        hello = {"t": "visitor", "version": 1, "key": key[1]}
        started = (await http.post("/realtime/sessions", json=hello)).json()
        async with http.stream("GET", f"/realtime/sessions/{started['session']}/stream") as stream:
            async with asyncio.timeout(10):
                async for line in stream.aiter_lines():
                    if '"t":"visitor"' in line:
                        break
    await say_hello(url, key[1], context)
