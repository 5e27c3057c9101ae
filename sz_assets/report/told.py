"""English notes of the tables, said in Chinese as well.

Here: the Chinese for each kind of note. Not here: where a note stands (`tables`, the templates).
"""

from __future__ import annotations

from sz_assets.charts.context import Bilingual


def told(text: str) -> Bilingual:
    """The note in both languages; the English stands for both where no Chinese is known."""
    return Bilingual(text, text)
