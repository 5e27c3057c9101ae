"""Makes `fake_marts`, which the charts' tests own, importable."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "charts"))
