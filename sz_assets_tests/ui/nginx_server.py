"""nginx from Debian before the UI, with deploy/nginx.conf as it is but for its ports and paths.

Here: starting it as a process of its own, with passwords and a certificate, and stopping it. Not
here: what passes (tests).
"""

from __future__ import annotations

import base64
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from attacks import send
from ui_server import UiPair

NAME = "sz.example.org"
OPERATOR = ("anna", "operator's password")
READER = ("bo", "reader's password")
_DEPLOYED = Path(__file__).parents[2] / "deploy" / "nginx.conf"
# What Debian's nginx.conf has around it, with all files in one folder.
_AROUND = """\
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    log_format who '$remote_user $status $request_method $uri';
    access_log {folder}/access.log who;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/sz-assets.conf;
}}
"""


@dataclass(frozen=True)
class Nginx:
    """A running nginx, and the certificate that its clients trust."""

    folder: Path
    tls: ssl.SSLContext

    def send(self, port: int, request: bytes) -> str:
        """The head of the answer to what came over TLS."""
        return send(port, request, self.tls, NAME)

    def log(self) -> list[str]:
        """Who asked, the status, the method and the path of each request."""
        return (self.folder / "access.log").read_text().splitlines()


def basic(person: tuple[str, str]) -> str:
    """The header with a name and a password."""
    return f"Authorization: Basic {base64.b64encode(':'.join(person).encode()).decode()}"


def find_nginx() -> str:
    """The program's path; RuntimeError says how to install it."""
    if found := shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        return found
    raise RuntimeError("nginx is missing: install it (apt-get install nginx-light).")


def _openssl(*arguments: str, told: str = "") -> str:
    return subprocess.run(
        ["openssl", *arguments], input=told, capture_output=True, text=True, check=True, timeout=60
    ).stdout


def _password_file(path: Path, person: tuple[str, str]) -> Path:
    """As docs/ui.md makes it."""
    name, password = person
    path.write_text(f"{name}:{_openssl('passwd', '-6', '-stdin', told=password)}")
    return path


def rendered(pair: UiPair, folder: Path) -> str:
    """deploy/nginx.conf with what a user sets, and other ports; every one of them must be in it."""
    text = _DEPLOYED.read_text()
    for written, here in {
        "listen 8443 ssl;": f"listen 127.0.0.1:{pair.operators_port} ssl;",
        "listen 8444 ssl;": f"listen 127.0.0.1:{pair.readers_port} ssl;",
        "    8443 ": f"    {pair.operators_port} ",
        "    8444 ": f"    {pair.readers_port} ",
        "127.0.0.1:3000;": f"127.0.0.1:{pair.operators.port};",
        "127.0.0.1:3001;": f"127.0.0.1:{pair.readers.port};",
        "/etc/nginx/sz-assets.": f"{folder}/sz-assets.",
        "/etc/ssl/certs/sz.example.org.pem": f"{folder}/certificate.pem",
        "/etc/ssl/private/sz.example.org.key": f"{folder}/certificate.key",
    }.items():
        assert written in text, f"{written!r} is not in {_DEPLOYED.name}"
        text = text.replace(written, here)
    return text


@contextmanager
def nginx_before(pair: UiPair, folder: Path) -> Iterator[Nginx]:
    """nginx on the two public ports of the pair, on 127.0.0.1; all it writes is in `folder`."""
    certificate = folder / "certificate.pem"
    _openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
        "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", str(folder / "certificate.key"),
        "-out", str(certificate),
    )  # fmt: skip
    _password_file(folder / "sz-assets.operators", OPERATOR)
    _password_file(folder / "sz-assets.readers", READER)
    (folder / "sz-assets.conf").write_text(rendered(pair, folder))
    # Its workers read the passwords; started by root they would be somebody else.
    user = "user root;" if os.geteuid() == 0 else ""
    around = folder / "nginx.conf"
    around.write_text(_AROUND.format(user=user, folder=folder))
    process = subprocess.Popen(
        [find_nginx(), "-p", str(folder), "-c", str(around), "-e", str(folder / "error.log")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for port in (pair.operators_port, pair.readers_port):
            _wait_for(port, process, folder / "error.log")
        yield Nginx(folder, ssl.create_default_context(cafile=str(certificate)))
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
