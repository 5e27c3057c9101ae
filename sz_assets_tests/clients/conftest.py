"""A release that other people's programs open, made once by the real command for all of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sz_assets.storage import Home

for folder in ("clients", "ui"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))

COMMAND = Path(sys.executable).with_name("sz-assets")


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose current release holds the simulated 2023-09 and 2023-10; for reading only."""
    home = Home(tmp_path_factory.mktemp("clients") / "home")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SZ_", "DAGSTER_"))}
    done = subprocess.run(
        [COMMAND, "backfill", "--from", "2023-09", "--to", "2023-10"],
        env={**kept, "SZ_HOME": str(home.root)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return home
