"""`sz-assets` in this process, with an environment of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line of standard error that begins with Error."""
        errors = [line for line in self.err.splitlines() if line.startswith("Error:")]
        assert len(errors) == 1, self.err
        assert errors[0].rstrip().endswith((".", ").")), errors[0]
        assert "Traceback" not in self.err + self.out
        return errors[0].removeprefix("Error: ")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def sz(home: Path, without_settings: None) -> Callable[..., Said]:
    """`sz("run", "--month", "2023-10", SZ_STUDY=…)`; SZ_HOME is `home` unless given."""

    def command(*arguments: object, **environment: object) -> Said:
        from sz_assets.cli import main

        values = {"SZ_HOME": home, **environment}
        result = CliRunner().invoke(
            main, list(map(str, arguments)), env={k: str(v) for k, v in values.items()}
        )
        return Said(result.exit_code, result.stdout, result.stderr)

    return command


@pytest.fixture
def study(tiny_study: Callable[..., Path]) -> Path:
    """A study of two accounts."""
    return tiny_study("one", "two")


def item(number: int, author: int = 11, **changes: Any) -> dict[str, Any]:
    """An item as the platform gives it, with what is read of one."""
    return {
        "aweme_id": str(7_300_000_000_000_000_000 + number),
        "author_user_id": author,
        "desc": f"第{number}条 #深圳",
        "create_time": 1_700_000_000 + 90_000 * number,
        "duration": 1_000 * (5 + number),
        "is_top": 0,
        "media_type": 4,
        "text_extra": [{"hashtag_name": "深圳"}],
        "statistics": {
            "digg_count": 100 * number,
            "comment_count": number,
            "collect_count": 7,
            "share_count": 3,
            "play_count": 0,
        },
        **changes,
    }


def save(path: Path, content: Any) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """A file with the list of account `one`: 12 videos and an item that can't be read."""
    broken = {"aweme_id": "", "create_time": 0, "author_user_id": 11}
    items = [item(number) for number in range(1, 13)]
    return save(tmp_path / "one.json", [*items, broken])


@pytest.fixture
def kit() -> Any:
    from types import SimpleNamespace

    return SimpleNamespace(item=item, save=save)


@pytest.fixture
def nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Every address that anything tries to connect to, which must be none."""
    import socket

    asked: list[object] = []

    def refuse(self: socket.socket, address: object) -> None:
        asked.append(address)
        raise OSError("no connections in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: asked.append(a) or [])
    yield asked
    assert asked == []


HOLD = (
    "import sys; from pathlib import Path; from sz_assets.storage import Home\n"
    "with Home(Path(sys.argv[1])).lock('run', 'crawl month 2023-09'):\n"
    "    print('held', flush=True); sys.stdin.read()\n"
)


@pytest.fixture
def held(home: Path) -> Iterator[None]:
    """Another process uses the home."""
    import subprocess
    import sys

    with subprocess.Popen(
        [sys.executable, "-c", HOLD, home], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.kill()
