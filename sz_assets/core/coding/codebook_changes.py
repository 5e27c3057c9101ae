"""What differs between two versions of a codebook, and which old codes still mean the same.

Here: comparing two codebooks. Not here: keeping them (`coding.store`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sz_assets.study import Codebook, Name, PrimaryCategory, SecondaryCategory

ChangeKind = Literal["added", "removed", "moved", "renamed", "changed", "reordered", "rule"]

# What a category means to a coder. Its name, examples, cue words and place do not change that.
_MEANING = ("definition", "inclusion", "exclusion")
_FIELDS = {
    "definition": Name(zh="定义", en="definition"),
    "inclusion": Name(zh="包括", en="inclusion"),
    "exclusion": Name(zh="不包括", en="exclusion"),
    "examples": Name(zh="示例", en="examples"),
    "cues_zh": Name(zh="中文线索词", en="Chinese cue words"),
    "cues_en": Name(zh="英文线索词", en="English cue words"),
}
_HOW_MANY = {"one": Name(zh="一个", en="one"), "several": Name(zh="多个", en="several")}


@dataclass(frozen=True)
class Change:
    """One difference. `category_id` is null where it concerns the whole codebook."""

    kind: ChangeKind
    category_id: str | None
    field: str | None
    line: Name


def codebook_changes(old: Codebook, new: Codebook) -> list[Change]:
    """All differences, those of the whole codebook first, then by category in the new order."""
    before, after = _categories(old), _categories(new)
    changes = _whole(old, new)
    changes += _of_primaries(old, new)
    for identifier, (primary, category) in after.items():
        if identifier not in before:
            changes.append(
                Change(
                    "added",
                    identifier,
                    None,
                    Name(
                        zh=f"新增类目“{category.name.zh}”（{identifier}）",
                        en=f"{category.name.en} ({identifier}) is new",
                    ),
                )
            )
        else:
            changes += _of_category(before[identifier], (primary, category))
    for identifier, (_, category) in before.items():
        if identifier not in after:
            changes.append(
                Change(
                    "removed",
                    identifier,
                    None,
                    Name(
                        zh=f"删除类目“{category.name.zh}”（{identifier}）",
                        en=f"{category.name.en} ({identifier}) is removed",
                    ),
                )
            )
    return changes


def same_meaning(category_id: str, old: Codebook, new: Codebook) -> bool:
    """Whether a code of that secondary category means the same in both versions.

    It does if both have the category and say the same of what it is, what else counts and what does
    not. `none` (no category fits) means the same only if the new version has no category that the
    old one lacks or describes otherwise: the video could belong to that one.
    """
    before, after = _categories(old), _categories(new)
    if category_id == "none":
        return all(same_meaning(identifier, old, new) for identifier in after)
    if category_id not in before or category_id not in after:
        return False
    one, other = before[category_id][1], after[category_id][1]
    return all(getattr(one, field) == getattr(other, field) for field in _MEANING)


def _categories(codebook: Codebook) -> dict[str, tuple[PrimaryCategory, SecondaryCategory]]:
    return {category.id: (primary, category) for primary, category in codebook.secondary}


def _whole(old: Codebook, new: Codebook) -> list[Change]:
    changes = []
    if old.version_label != new.version_label:
        line = f"{old.version_label} → {new.version_label}"
        changes.append(
            Change("rule", None, "version_label", Name(zh=f"版本名：{line}", en=f"Label: {line}"))
        )
    if old.codes_per_video != new.codes_per_video:
        was, now = _HOW_MANY[old.codes_per_video], _HOW_MANY[new.codes_per_video]
        changes.append(
            Change(
                "rule",
                None,
                "codes_per_video",
                Name(
                    zh=f"每个视频的编码数：{was.zh} → {now.zh}",
                    en=f"Codes per video: {was.en} → {now.en}",
                ),
            )
        )
    kept_before, kept_after = _order(old, new), _order(new, old)
    if kept_before != kept_after:
        changes.append(
            Change(
                "reordered",
                None,
                None,
                Name(
                    zh=f"类目顺序：{'、'.join(kept_after)}",
                    en=f"Order of the categories: {', '.join(kept_after)}",
                ),
            )
        )
    return changes


def _order(codebook: Codebook, other: Codebook) -> list[str]:
    """Ids of the categories that both have, in the order of the first."""
    known = _categories(other)
    return [identifier for identifier in _categories(codebook) if identifier in known]


def _of_primaries(old: Codebook, new: Codebook) -> list[Change]:
    """Changed names and definitions of primary categories that both have."""
    before = {primary.id: primary for primary in old.primary}
    changes = []
    for now in new.primary:
        was = before.get(now.id, now)
        if was.name != now.name:
            changes.append(Change("renamed", now.id, "name", _renamed(now.id, was.name, now.name)))
        if was.definition != now.definition:
            line = _field_line(now.id, now.name, "definition")
            changes.append(Change("changed", now.id, "definition", line))
    return changes


def _renamed(identifier: str, was: Name, now: Name) -> Name:
    return Name(
        zh=f"类目 {identifier} 改名：“{was.zh}” → “{now.zh}”",
        en=f"{identifier} has another name: {was.en} → {now.en} ({was.zh} → {now.zh})",
    )


def _field_line(identifier: str, name: Name, field: str) -> Name:
    words = _FIELDS[field]
    return Name(
        zh=f"类目“{name.zh}”（{identifier}）的{words.zh}有改动",
        en=f"{name.en} ({identifier}): {words.en} changed",
    )


def _of_category(
    was: tuple[PrimaryCategory, SecondaryCategory], now: tuple[PrimaryCategory, SecondaryCategory]
) -> list[Change]:
    old, new = was[1], now[1]
    changes = []
    if was[0].id != now[0].id:
        changes.append(
            Change(
                "moved",
                new.id,
                None,
                Name(
                    zh=f"类目“{new.name.zh}”（{new.id}）：{was[0].name.zh} → {now[0].name.zh}",
                    en=f"{new.name.en} ({new.id}): {was[0].name.en} → {now[0].name.en}",
                ),
            )
        )
    if old.name != new.name:
        changes.append(Change("renamed", new.id, "name", _renamed(new.id, old.name, new.name)))
    return changes + [
        Change("changed", new.id, field, _field_line(new.id, new.name, field))
        for field in _FIELDS
        if getattr(old, field) != getattr(new, field)
    ]
