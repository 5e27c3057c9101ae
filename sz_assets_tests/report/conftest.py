"""Makes the tests' own modules importable: those here, and those beside the charts' tests."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "charts")]
