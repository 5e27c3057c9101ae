"""Tasks and codes for the tests of formats, with every text that a format could break."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime

from sz_assets.coding.exchange.records import Assignment, Coded, Place, Task
from sz_assets.study import Codebook, PrimaryCategory, SecondaryCategory
from sz_assets.study_parts import Name

HOSTILE = (
    '=HYPERLINK("http://127.0.0.1/?"&A1,"see")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-1+1",
    " =1+1",
    "＝1+1",
    "\t=1+1",
    "\r=1+1",
    "'leading apostrophe",
    "''two",
    "'=1",
    "x" * 40_000,
    "中文😀" * 11_000,
    "bell \x07 null \x00 unit \x1f",
    "\ufffe\uffff\x0b\x85\u2028",
    "_x0001_ x005F_ _x005F_x0041_ ⟦0001⟧",
    "a\nb",
    "a\r\nb\rc",
    '"quoted", and; tabbed\t"',
    "  spaces  ",
    "\u202eright to left\u200b\u200d",
    "\ufeffmark",
    "👨‍👩‍👧 🇨🇳 𠮷",
    "2024-03-05",
    "1E5",
    "007",
    "TRUE",
    "#NAME",
    "<b>&amp;</b> ]]>",
)
NOWHERE = Place("", 1)


def book(codes_per_video: str = "one") -> Codebook:
    def second(id: str, zh: str, en: str) -> SecondaryCategory:
        return SecondaryCategory(
            id=id,
            name=Name(zh=zh, en=en),
            definition=Name(zh=f"{zh}的定义", en=f"What {en} means"),
            inclusion=Name(zh="也包括", en="Includes"),
            exclusion=Name(zh="不包括", en="= excludes"),
            examples=("news:1",),
            cues_zh=(zh,),
            cues_en=(en,),
        )

    def primary(id: str, *seconds: SecondaryCategory) -> PrimaryCategory:
        name = Name(zh=f"大类{id}", en=f"Primary {id}")
        return PrimaryCategory(id=id, name=name, definition=name, secondary=seconds)

    return Codebook(
        version_label="1",
        codes_per_video=codes_per_video,  # type: ignore[arg-type]
        primary=(
            primary(
                "main",
                second("citizen_entity", "市民主体", "Citizen Entity"),
                second("natural", "自然", "Natural"),
            ),
            primary("other", second("visual", "视觉", "Visual")),
        ),
    )


def tasks(count: int) -> tuple[Task, ...]:
    """19-digit ids; the first titles are hostile, one is empty and one null."""
    titles: list[str | None] = [*HOSTILE, "", None]
    return tuple(
        Task(
            account_id=f"account_{number % 13}",
            video_id=str(7_290_123_456_789_012_345 + 7 * number),
            title=titles[number] if number < len(titles) else f"标题 {number} #深圳 😀",
            url=f"https://www.example.org/video/{number}?a=1&b=2",
            account_name="深圳卫视",
        )
        for number in range(count)
    )


def codes(of: tuple[Task, ...], codebook: Codebook, coders: tuple[str, ...]) -> list[Coded]:
    """A code of each coder for each task but the last, in mixed order, with seed 5."""
    mixed = random.Random(5)
    ids = [second.id for _, second in codebook.secondary]
    most = 1 if codebook.codes_per_video == "one" else 3
    made = [
        Coded(
            task_id=task.task_id,
            coder_id=coder,
            categories=tuple(mixed.sample(ids, mixed.randint(0, most))),
            place=NOWHERE,
            coded_at=datetime(2024, 3, 5, 6, 7, 8, mixed.choice([0, 1, 999_999]))
            if mixed.random() < 0.9
            else None,
            codebook_version=mixed.choice([codebook.version, "12e4567890123456", None]),
            sample_id=mixed.choice(["2023-10", "sample_1", None]),
            comment=HOSTILE[number] if number < len(HOSTILE) else None,
        )
        for number, task in enumerate(of[:-1])
        for coder in coders
    ]
    mixed.shuffle(made)
    return made


def without_place(read: list[Coded]) -> list[Coded]:
    return [replace(code, place=NOWHERE) for code in read]


def assignment(count: int = 40, coder_id: str = "coder_1") -> Assignment:
    return Assignment("sample_1", coder_id, book(), tasks(count))
