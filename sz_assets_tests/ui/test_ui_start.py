"""When the UI can't start: one sentence, exit code 1."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner
from nginx_server import find_nginx
from ui_browser import find_chromium
from ui_server import free_port

from sz_assets.cli import main
from sz_assets.storage import Home


def start(home: Path, port: int, *options: str) -> tuple[int, list[str]]:
    """Exit code and lines of the error output."""
    arguments = ["ui", "--port", str(port), *options]
    result = CliRunner().invoke(main, arguments, env={"SZ_HOME": str(home)})
    return result.exit_code, result.stderr.splitlines()


def test_a_port_in_use_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, lines = start(tmp_path / "home", port)
    assert code == 1
    assert lines[1:] == [f"Error: Port {port} is in use: choose another one with --port."]


def test_a_home_is_shown_by_one_ui_at_a_time(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with home.lock("ui", "sz-assets ui on port 3000"):
        code, lines = start(home.root, free_port())
    assert code == 1
    assert len(lines) == 2
    assert "sz-assets ui on port 3000" in lines[1]


def test_a_wrong_public_address_is_said_before_anything_starts(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    code, lines = start(home.root, free_port(), "--public-url", "http://sz.example.org")
    assert code == 1
    assert lines[1:] == [
        "Error: --public-url 'http://sz.example.org' is not the address of a site: give scheme, "
        "name and port alone, like https://sz.example.org:8443 (https only; a Chinese name as "
        "xn--…)."
    ]
    assert not home.dagster.exists()


def test_a_missing_nginx_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nginx_server.shutil.which", lambda name, path: None)
    with pytest.raises(RuntimeError, match="apt-get install nginx-light"):
        find_nginx()


def test_a_missing_browser_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="apt-get install chromium"):
        find_chromium()
