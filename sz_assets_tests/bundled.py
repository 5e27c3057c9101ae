"""The study that comes with the package, read once for all tests of a process.

Not here: tests of the reading itself, which call `load_study`. A study can't be changed, so all
may share one; reading it takes a tenth of a second, and some tests want it thousands of times.
"""

from __future__ import annotations

from functools import cache

from sz_assets.study import Study, load_study


@cache
def shenzhen() -> Study:
    """The study `shenzhen`."""
    return load_study("shenzhen")
