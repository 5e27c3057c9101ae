"""Who coded, in files of tools that know people by other names or by numbers.

Here: the user's own words on who is who. Not here: which people there are (`import_checks`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_PAIR = re.compile(r"([^=,]+)=([^=,\s]+)")


@dataclass(frozen=True)
class WhoCoded:
    """What the user said: one coder for all that names nobody, or who each of the tool's is."""

    everyone: str | None = None
    named: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str | None) -> WhoCoded:
        """From `anna`, or from pairs of the tool's name and the coder: `1=anna,b@x.org=bo`."""
        parts = [part.strip() for part in text.split(",")] if text else []
        pairs = [_PAIR.fullmatch(part) for part in parts]
        named = {pair[1].strip(): pair[2] for pair in pairs if pair}
        return cls(named=named) if named and len(named) == len(parts) else cls(everyone=text)
