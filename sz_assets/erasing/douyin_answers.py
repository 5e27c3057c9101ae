"""Where Douyin's answers hold items and authors, read tolerantly as plain JSON.

Here: Douyin's own words for these, the one platform whose answers are stored so far. Not here: what
is cut out of them (`bodies`), or what an item means (`sources`).
"""

from __future__ import annotations

from typing import Any

_LIST, _ID, _AUTHOR = "aweme_list", "aweme_id", "author"


def items_of(answer: Any) -> list[Any] | None:
    """The items of a page; None if it is none."""
    items = answer.get(_LIST) if isinstance(answer, dict) else None
    return items if isinstance(items, list) else None


def with_items(page: dict[str, Any], items: list[Any]) -> dict[str, Any]:
    """The same page with these items, in the same place."""
    return {**page, _LIST: items}


def video_id(item: Any) -> str | None:
    """The id of an item, if it has one."""
    found = item.get(_ID) if isinstance(item, dict) else None
    return str(found) if is_id(found) else None


def author_ids(item: Any) -> set[str]:
    """Every id that an item gives of its author; none of what is no item."""
    if not isinstance(item, dict) or _ID not in item:
        return set()
    author = item.get(_AUTHOR)
    of_author = author if isinstance(author, dict) else {}
    ids = (
        item.get("author_user_id"),
        *(of_author.get(name) for name in ("uid", "sec_uid", "unique_id")),
    )
    return {str(one) for one in ids if is_id(one)}


def is_id(value: Any) -> bool:
    """Whether a value can be an id, which is written as text or as a number."""
    return isinstance(value, str | int) and not isinstance(value, bool)
