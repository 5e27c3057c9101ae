"""A model of one account's list as the platform pages it, with all the oddities it has.

Here: the list, its changes between two requests, and what the verdict on a crawl of it must be.
Not here: random schedules of both (`test_pagination_stateful`).

The list is newest first; a cursor is the time of the last video that was shown, in milliseconds,
and the next page holds what is older. Up to three pinned videos lead page 1, whatever their age,
and stand at their ordinary place as well.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

START = 1_600_000_000
# Room for cursors between two videos.
GAP = 1_000
MAX_PINS = 3

# Ways to say yes and no, and to say neither; MISSING leaves the field out.
MISSING = object()
YES = (1, True, "1")
NO = (0, False, "0")
UNSAID = (MISSING, None, 2, "yes", [])
# Cursors that lead nowhere, though more is said to follow.
DEAD_ENDS = ("stall", "repeat", "later", "zero", "negative", "missing", "null", "text", "float")


@dataclass(frozen=True)
class Change:
    """What happens to the list between two requests; `place` picks a video."""

    kind: str  # insert, delete, pin, unpin
    place: int = 0


@dataclass(frozen=True)
class Answer:
    """How one page request is answered: `size` ordinary videos at most, after `changes`."""

    size: int = 3
    changes: tuple[Change, ...] = ()
    again: int = 0
    failures: int = 0
    is_refused: bool = False
    more: int = 0
    dead_end: str | None = None
    is_for_strangers: bool = False
    is_cursor_text: bool = False


@dataclass
class Listing:
    """The list and its server. `page` answers one request; the rest is what the test asks."""

    times: list[int]
    pins: list[int]
    foreign: set[int]
    answers: list[Answer]
    constant: set[int] = field(default_factory=set)
    served: set[int] = field(default_factory=set)
    verdict: str = ""
    pages: int = 0
    failed: int = 0
    idle_in_a_row: int = 0
    asked: list[int] = field(default_factory=list)
    newest: int = 0

    def __post_init__(self) -> None:
        self.constant = set(self.times)
        self.newest = max(self.times, default=START)

    def page(self, cursor: str) -> tuple[int, bytes]:
        """Status and body for one request."""
        assert not self.verdict, f"asked for {cursor} after the end ({self.verdict})"
        answer = self.answers[self.pages] if self.pages < len(self.answers) else Answer()
        if self.failed < answer.failures:
            self.failed += 1
            return 500, b"sorry"
        self.failed = 0
        if answer.is_refused:
            self.verdict = "refused"
            return 200, b"blocked"
        for change in answer.changes:
            self._change(change)
        return 200, json.dumps(self._page(int(cursor), answer)).encode()

    def _page(self, asked: int, answer: Answer) -> dict[str, Any]:
        self.pages += 1
        older = [t for t in sorted(self.times, reverse=True) if not asked or t * 1000 < asked]
        shown, left = older[: answer.size], older[answer.size :]
        following = shown[-1] * 1000 if shown else (asked or (self.newest + GAP) * 1000) - 1
        repeated = [t for t in sorted(self.served) if t in self.times][: answer.again]
        items = [*(self.pins if not asked else []), *repeated, *shown]
        self.idle_in_a_row = 0 if set(items) - self.served else self.idle_in_a_row + 1
        cursor = self._dead_end(answer.dead_end, asked) if answer.dead_end else following
        if answer.is_cursor_text and isinstance(cursor, int):
            cursor = str(cursor)
        form = (UNSAID, YES, NO)[1 if left or answer.dead_end else 2]
        if answer.more < 0:
            form = UNSAID
        more = form[answer.more % len(form)]
        fields = {"status_code": 0, "aweme_list": [self._item(t) for t in items]}
        fields |= {"has_more": more, "max_cursor": cursor}
        if answer.is_for_strangers and items:
            fields["not_login_module"] = {"guide": "log in"}
        self.asked.append(asked)
        self.served |= set(items)
        self._judge(form, bool(items), answer)
        return {name: value for name, value in fields.items() if value is not MISSING}

    def _judge(self, form: tuple[Any, ...], has_items: bool, answer: Answer) -> None:
        """The verdict, if a crawl must end after this page."""
        is_unsaid = form is UNSAID or (answer.is_for_strangers and has_items)
        if form is NO and not is_unsaid:
            self.verdict = "complete"
        elif answer.dead_end or self.idle_in_a_row == 10 or (is_unsaid and not has_items):
            self.verdict = "unknown" if is_unsaid else "truncated"

    def _dead_end(self, kind: str, asked: int) -> Any:
        return {
            "stall": asked,
            "repeat": self.asked[len(self.asked) // 2] if self.asked else asked,
            "later": asked + 1 if asked else 0,
            "zero": 0,
            "negative": -1,
            "missing": MISSING,
            "null": None,
            "text": "next",
            "float": 1.5e12,
        }[kind]

    def _change(self, change: Change) -> None:
        if change.kind == "insert":
            self.newest += GAP
            self.times.append(self.newest)
        elif self.times:
            one = sorted(self.times)[change.place % len(self.times)]
            if change.kind == "pin" and one not in self.pins:
                self.pins = [one, *self.pins][:MAX_PINS]
            elif one in self.pins:
                self.pins.remove(one)
            if change.kind == "delete":
                self.times.remove(one)
                self.constant.discard(one)

    def _item(self, at: int) -> dict[str, Any]:
        author = {"uid": "77"} if at in self.foreign else {"uid": "1"}
        return {
            "aweme_id": str(video_id(at)),
            "create_time": at,
            "is_top": int(at in self.pins),
            "author": author,
            "author_user_id": int(author["uid"]),
            "statistics": {"digg_count": at % 100},
        }


def video_id(at: int) -> int:
    """The id of the video that was published at this time."""
    return 7_000_000_000_000_000_000 + at
