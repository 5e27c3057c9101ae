"""Differences between two codebooks, and what they do to codes that were made before."""

from __future__ import annotations

from msgspec.structs import replace

from sz_assets.core.coding.codebook_changes import codebook_changes, same_meaning
from sz_assets.study import Codebook, Name, PrimaryCategory, SecondaryCategory


def name(text: str) -> Name:
    return Name(zh=f"中{text}", en=text)


def second(identifier: str, **fields) -> SecondaryCategory:
    values = {"name": name(identifier), "definition": name(identifier), "cues_en": (identifier,)}
    return SecondaryCategory(**({"id": identifier, "cues_zh": ()} | values | fields))


def book(*primary: tuple[str, tuple[SecondaryCategory, ...]], **fields) -> Codebook:
    return Codebook(
        **({"version_label": "1"} | fields),
        primary=tuple(
            PrimaryCategory(id=identifier, name=name(identifier), definition=name("d"), secondary=s)
            for identifier, s in primary
        ),
    )


A, B, C = second("a"), second("b"), second("c")
OLD = book(("one", (A, B)), ("two", (C,)))


def kinds(new: Codebook) -> list[tuple[str, str | None, str | None]]:
    return [
        (change.kind, change.category_id, change.field) for change in codebook_changes(OLD, new)
    ]


def test_no_change_is_none():
    assert codebook_changes(OLD, OLD) == []


def test_added_removed_and_moved():
    new = book(("one", (A,)), ("two", (C, second("d"), B)))
    assert kinds(new) == [
        ("reordered", None, None),
        ("added", "d", None),
        ("moved", "b", None),
    ]
    assert kinds(book(("one", (A, B)), ("two", (second("d"),)))) == [
        ("added", "d", None),
        ("removed", "c", None),
    ]
    lines = [change.line for change in codebook_changes(OLD, book(("one", (A, B))))]
    assert lines == [Name(zh="删除类目“中c”（c）", en="c (c) is removed")]


def test_each_field_of_a_category_is_told():
    changed = second(
        "b",
        name=name("beta"),
        definition=name("else"),
        inclusion=name("in"),
        exclusion=name("ex"),
        examples=("x:1",),
        cues_zh=("词",),
        cues_en=("word",),
    )
    assert kinds(book(("one", (A, changed)), ("two", (C,)))) == [
        ("renamed", "b", "name"),
        *(
            ("changed", "b", field)
            for field in ("definition", "inclusion", "exclusion", "examples", "cues_zh", "cues_en")
        ),
    ]


def test_changes_of_the_whole_codebook_and_of_primary_categories():
    new = replace(
        OLD,
        version_label="2",
        codes_per_video="several",
        primary=(
            replace(OLD.primary[0], name=name("uno"), definition=name("other")),
            OLD.primary[1],
        ),
    )
    assert kinds(new) == [
        ("rule", None, "version_label"),
        ("rule", None, "codes_per_video"),
        ("renamed", "one", "name"),
        ("changed", "one", "definition"),
    ]
    assert codebook_changes(OLD, new)[1].line.zh == "每个视频的编码数：一个 → 多个"


def test_every_difference_between_two_versions_is_listed():
    """A version that differs has at least one change, whatever field it is in."""
    for field in ("name", "definition", "inclusion", "exclusion"):
        new = book(("one", (replace(A, **{field: name("x")}), B)), ("two", (C,)))
        assert new.version != OLD.version
        assert codebook_changes(OLD, new)


def test_a_code_means_the_same_while_its_definition_does():
    renamed = book(("two", (second("b", name=name("x"), cues_en=("y",), examples=("q:1",)), A, C)))
    assert same_meaning("b", OLD, renamed)
    for field in ("definition", "inclusion", "exclusion"):
        new = book(("one", (A, replace(B, **{field: name("x")}))), ("two", (C,)))
        assert not same_meaning("b", OLD, new)
        assert same_meaning("a", OLD, new)
    assert not same_meaning("c", OLD, book(("one", (A, B))))
    assert not same_meaning("d", OLD, OLD)


def test_that_none_fits_holds_only_while_no_category_is_new_or_wider():
    assert same_meaning("none", OLD, OLD)
    assert same_meaning("none", OLD, book(("one", (A, B))))
    assert not same_meaning("none", OLD, book(("one", (A, B, second("d"))), ("two", (C,))))
    wider = replace(B, inclusion=name("more"))
    assert not same_meaning("none", OLD, book(("one", (A, wider)), ("two", (C,))))
