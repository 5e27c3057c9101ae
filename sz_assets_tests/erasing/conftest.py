"""Makes `small_home` importable: test folders are no packages."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_home import Small, make_small


@pytest.fixture
def small(tmp_path: Path) -> Small:
    """A home of three accounts and two months, with core tables, of which one is to be erased."""
    return make_small(tmp_path)
