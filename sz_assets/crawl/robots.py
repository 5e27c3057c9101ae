"""What a host's robots.txt says about an address (RFC 9309).

Here: reading its text. Not here: fetching it, or what follows (`crawl.asking`). The standard
library's parser takes the first rule that fits, where the standard takes the longest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Robots:
    """The rules of one robots.txt for one crawler: (pattern, whether it allows)."""

    rules: tuple[tuple[str, bool], ...] = ()

    def allows(self, path: str) -> bool:
        """Whether the path with its query may be asked for: the longest rule that fits decides.

        Of two of the same length the one that allows wins; without any rule all is allowed.
        """
        fitting = [
            (len(pattern), is_allowed) for pattern, is_allowed in self.rules if _fits(pattern, path)
        ]
        return max(fitting, default=(0, True))[1]


def read_robots(text: str, user_agent: str) -> Robots:
    """The rules for the crawler whose User-Agent begins with its product's name.

    They are those of the groups that name it or, if none does, of the groups for `*`.
    """
    product = re.match("[A-Za-z_-]*", user_agent)
    name = product[0].lower() if product else ""
    groups: dict[str, list[tuple[str, bool]]] = {}
    agents: list[str] = []
    is_header = False
    for line in text.splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            # A version after the product's name is no part of it.
            agent = value.lower().partition("/")[0]
            agents = [*(agents if is_header else []), agent]
            groups.setdefault(agent, [])
            is_header = True
        elif key in ("allow", "disallow"):
            is_header = False
            # An empty rule fits nothing.
            for agent in agents if value else ():
                groups[agent].append((value, key == "allow"))
    named = groups.get(name) if name else None
    return Robots(tuple(groups.get("*", []) if named is None else named))


def _fits(pattern: str, path: str) -> bool:
    is_anchored = pattern.endswith("$")
    parts = pattern.removesuffix("$").split("*")
    if not path.startswith(parts[0]):
        return False
    position = len(parts[0])
    if len(parts) == 1:
        return not is_anchored or position == len(path)
    # Parts between asterisks are found in turn, so that no pattern takes long.
    for part in parts[1:-1]:
        found = path.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    last = parts[-1]
    if is_anchored:
        return path.endswith(last) and len(path) - len(last) >= position
    return path.find(last, position) >= 0
