"""A study's worth of hostile tasks, and codes of them, for the tests of exchange with tools."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from sz_assets.coding.exchange.records import Assignment, Coded, Place, Task
from sz_assets.study import Codebook, Name
from sz_assets_tests.bundled import shenzhen

TASK_COUNT = 2_580
TITLES = (
    "普通标题 #深圳",
    '<script>alert("1")</script> & <b>粗</b> &amp; &#36;',
    "引号 \" ' ` “” 「」 \\ \\n",
    "第一行\r\n第二行\n第三行\r第四行\t表",
    "  前后空格  \u3000",
    "👩\u200d👩\u200d👧\u200d👦🏳️\u200d🌈 emoji 𠮷",
    "零\u200b宽\u200d\ufeff字符\u2060",
    "مرحبا \u202eabc\u202c שלום",
    "$title $account_name ${title} {{title}} $undefined$",
    '=HYPERLINK("x") +1 -1 @a',
    "控制\x01\x0b\x1f\x7f\x85\u2028\u2029 \ufffe\uffff",
    '{"task_id": "x:1"}]',
    "https://example.org/not-an-address-to-fetch.txt",
    "main: none | x",
)


def codebook(codes_per_video: str = "one") -> Codebook:
    """The bundled study's, with texts that try to be XML, HTML or a variable."""
    book = shenzhen().codebook
    first, *others = book.primary
    hostile = msgspec.structs.replace(
        first.secondary[0],
        name=Name(zh='$title <b>"名"</b>', en="A & B's ]]> $url"),
        inclusion=Name(zh='包括\x01 toName="x"', en="<img src=x onerror=alert(1)>\nnext"),
        exclusion=Name(zh="不包括$title", en='" name="title" value="$url'),
    )
    first = msgspec.structs.replace(first, secondary=(hostile, *first.secondary[1:]))
    return msgspec.structs.replace(book, primary=(first, *others), codes_per_video=codes_per_video)


def tasks(count: int = TASK_COUNT) -> tuple[Task, ...]:
    """Ids of 19 digits that no float holds; titles in turn, each one its own."""
    return tuple(
        Task(
            account_id=("shenzhen_swat", "first_scene")[n % 2],
            video_id=f"{7_299_999_999_999_999_001 + n}",
            title=f"{TITLES[n % len(TITLES)]}{n}" if n % 97 else (None, "")[n % 2],
            url=f'https://www.douyin.com/video/{n}?a=1&b="<x>' if n % 31 else None,
            account_name="深圳特警 <i>&" if n % 2 else None,
        )
        for n in range(count)
    )


def assignment(count: int = TASK_COUNT, codes_per_video: str = "one") -> Assignment:
    return Assignment("2023-10-0123abcd", "anna", codebook(codes_per_video), tasks(count))


def codes(book: Codebook, *coders: str, count: int = TASK_COUNT) -> list[Coded]:
    """For each task one code of each coder; every 17th fits no category."""
    ids = [second.id for _, second in book.secondary]
    return [
        Coded(
            task_id=task.task_id,
            coder_id=coder,
            categories=categories(ids, n + shift, book),
            place=Place("", 0),
            coded_at=datetime(2023, 11, 2, 8, 0, 0, n) + timedelta(minutes=n),
            codebook_version=book.version,
            sample_id="2023-10-0123abcd",
            comment=TITLES[n % 10] + str(n) if n % 3 == 0 else None,
        )
        for n, task in enumerate(tasks(count))
        for shift, coder in enumerate(coders)
    ]


def categories(ids: list[str], n: int, book: Codebook) -> tuple[str, ...]:
    """One category, or up to three whose order is not that of the codebook."""
    if n % 17 == 0:
        return ()
    many = 1 + n % 3 if book.codes_per_video == "several" else 1
    return tuple(ids[(5 * n - 7 * k) % len(ids)] for k in range(many))


def without_place(codes: list[Coded]) -> list[Coded]:
    return [replace(code, place=Place("", 0)) for code in codes]
