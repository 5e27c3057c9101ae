"""Rules that no linter knows: the length of files, and what may not stand in them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST = 300
REASON = "Longer than 300 lines:"
TEXT = {".py", ".sql", ".yml", ".yaml", ".j2", ".css", ".toml", ".md"}


def files() -> list[Path]:
    """The project's own text files: what git tracks, or would."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        ROOT / name
        for name in listed.stdout.splitlines()
        if Path(name).suffix in TEXT and (ROOT / name).is_file()
    ]


def test_a_long_file_says_why_it_is_long() -> None:
    silent = []
    for path in files():
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > LONGEST and not any(REASON in line for line in lines[:12]):
            silent.append(f"{path.relative_to(ROOT)}: {len(lines)} lines")
    assert not silent


# Written in two parts each, or this file would find itself.
UNFINISHED = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X"))
INDEXES = "|".join(("py" + "pi", "registry.np" + "mjs", "files.python" + "hosted"))


@pytest.mark.parametrize(
    "forbidden",
    [
        pytest.param(rf"(#|//)\s*({UNFINISHED})\b", id="unfinished work"),
        pytest.param(rf"https?://(www\.)?({INDEXES})", id="an index's address"),
    ],
)
def test_nothing_unfinished_or_bound_to_an_index(forbidden: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in files()
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(forbidden, line)
    ]
    assert not found
