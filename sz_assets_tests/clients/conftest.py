"""Makes `superset_page` and its like here, and `ui_browser` beside the UI's tests, importable."""

from __future__ import annotations

import sys
from pathlib import Path

for folder in ("clients", "ui"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))
