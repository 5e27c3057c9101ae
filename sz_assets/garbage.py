"""How often this process looks for garbage.

Here: that alone. It imports nothing, because it is called before anything heavy is.
"""

from __future__ import annotations

import gc


def look_rarely() -> None:
    """Look for unreachable cycles after 200,000 new objects instead of 700.

    Hundreds of thousands of lasting objects come with the libraries of a run; going through them
    again and again takes a fifth of the time of importing them.
    """
    gc.set_threshold(200_000, 50, 100)
