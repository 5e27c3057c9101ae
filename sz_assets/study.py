"""Reading a study: a folder or a YAML file, checked so that what it says can be used as it stands.

Here: finding the files, reading them, and what makes a study wrong. Not here: the shapes
(`study_model`, whose names are exported here), lines and fields (`yaml_places`), or applying a rule
(`core`). Importing this costs little: nothing beyond msgspec and PyYAML.
"""

from __future__ import annotations

import re
import zoneinfo
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from sz_assets.errors import UserError
from sz_assets.study_claims import check_claims
from sz_assets.study_codebook import check_codebook, check_ids
from sz_assets.study_model import (
    Account,
    AtLeast,
    Claim,
    Codebook,
    CodingRules,
    Comparison,
    Event,
    Inferred,
    Measure,
    NotTestable,
    PrimaryCategory,
    PublishedAccount,
    Reading,
    SampleRule,
    Scalar,
    SecondaryCategory,
    Selection,
    Study,
    Trend,
    Value,
    Within,
)
from sz_assets.study_parts import Name
from sz_assets.study_published import Published, check_published
from sz_assets.yaml_places import Document

__all__ = [
    "PLATFORMS",
    "Account",
    "AtLeast",
    "Claim",
    "Codebook",
    "CodingRules",
    "Comparison",
    "Event",
    "Inferred",
    "Measure",
    "Name",
    "NotTestable",
    "PrimaryCategory",
    "Published",
    "PublishedAccount",
    "Reading",
    "SampleRule",
    "Scalar",
    "SecondaryCategory",
    "Selection",
    "Study",
    "Trend",
    "Value",
    "Within",
    "bundled_studies",
    "load_study",
]

PLATFORMS = ("douyin", "bilibili", "kuaishou", "tiktok_research")

_BUNDLED = Path(__file__).with_name("studies")
_DEFAULT_CODEBOOK = _BUNDLED / "shenzhen" / "codebook.yaml"
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")

T = TypeVar("T")


class _StudyFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    name: Name
    time_zone: str = "Asia/Shanghai"
    first_crawl_month: str
    published_crawl_month: str | None = None
    selection: Selection = Selection()
    sample: SampleRule = SampleRule()
    accounts: tuple[Account, ...]
    codebook: str | None = None
    claims: str | None = None
    events: str | None = None
    published: str | None = None
    obey_robots: bool = True
    coding: CodingRules = CodingRules()


class _ClaimsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    claims: tuple[Claim, ...]


class _EventsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    events: tuple[Event, ...]


def bundled_studies() -> list[str]:
    """Names of the studies that come with the package."""
    return sorted(path.parent.name for path in _BUNDLED.glob("*/study.yaml"))


def load_study(name_or_path: str) -> Study:
    """The study of that name, or at that path (a `study.yaml` or its folder), read and checked.

    A bundled name wins over a folder of the same name (write `./name` for the folder). UserError
    names the file, the line and the field of what is wrong.
    """
    document = Document(_find(name_or_path))
    file = document.read_as(_StudyFile)
    _check_study(document, file)
    account_ids = tuple(account.id for account in file.accounts)

    def beside(field: str, kind: type[T]) -> tuple[Document, T] | None:
        relative: str | None = getattr(file, field)
        if relative is None:
            return None
        path = document.path.parent / relative
        if not path.is_file():
            raise document.wrong((field,), f"there is no file {path}: correct the path")
        other = Document(path)
        return other, other.read_as(kind)

    codebook = beside("codebook", Codebook)
    if codebook is None:
        default = Document(_DEFAULT_CODEBOOK)
        codebook = default, default.read_as(Codebook)
    check_codebook(*codebook, account_ids)
    claims = beside("claims", _ClaimsFile)
    if claims is not None:
        check_ids(claims[0], ((("claims", i), c.id) for i, c in enumerate(claims[1].claims)))
        categories = tuple(category.id for _, category in codebook[1].secondary)
        check_claims(claims[0], claims[1].claims, account_ids, categories)
    events = beside("events", _EventsFile)
    if events is not None:
        _check_events(events[0], events[1].events)
    published = beside("published", Published)
    if published is not None:
        primary_of = {second.id: primary.id for primary, second in codebook[1].secondary}
        check_published(*published, account_ids, primary_of)
    return Study(
        id=file.id,
        name=file.name,
        time_zone=file.time_zone,
        first_crawl_month=_to_date(file.first_crawl_month),
        published_crawl_month=(
            _to_date(file.published_crawl_month) if file.published_crawl_month else None
        ),
        selection=file.selection,
        sample=file.sample,
        accounts=file.accounts,
        codebook=codebook[1],
        claims=claims[1].claims if claims else (),
        events=events[1].events if events else (),
        obey_robots=file.obey_robots,
        published=published[1] if published else None,
        coding=file.coding,
    )


def _to_date(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _find(name_or_path: str) -> Path:
    if name_or_path in bundled_studies():
        return _BUNDLED / name_or_path / "study.yaml"
    path = Path(name_or_path).expanduser()
    if path.is_dir():
        path = path / "study.yaml"
    if not path.is_file():
        raise UserError(
            f"There is no study {name_or_path!r}: name a bundled one "
            f"({', '.join(bundled_studies())}), or the path of a study.yaml or its folder."
        )
    return path


def _check_study(document: Document, file: _StudyFile) -> None:
    check_ids(document, [((), file.id)])
    try:
        zoneinfo.ZoneInfo(file.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise document.wrong(
            ("time_zone",),
            f"there is no time zone {file.time_zone!r}: write one such as Asia/Shanghai",
        ) from None
    for field in ("first_crawl_month", "published_crawl_month"):
        month: str | None = getattr(file, field)
        if month is not None and not _MONTH.fullmatch(month):
            raise document.wrong(
                (field,), f"{month!r} is not a month: write it as YYYY-MM, such as 2023-01"
            )
    if not file.accounts:
        raise document.wrong(("accounts",), "there is no account: list at least one")
    check_ids(document, ((("accounts", i), a.id) for i, a in enumerate(file.accounts)))
    seen: dict[tuple[str, str, str], int] = {}
    for index, account in enumerate(file.accounts):
        if account.platform not in PLATFORMS:
            raise document.wrong(
                ("accounts", index, "platform"),
                f"{account.platform!r} is not a platform known here: "
                f"use one of {', '.join(PLATFORMS)}",
            )
        for field in ("platform_account_id", "platform_uid"):
            value: str | None = getattr(account, field)
            if value is None:
                continue
            if not value.strip():
                raise document.wrong(("accounts", index, field), "this is empty: fill it in")
            if "/" in value or any(sign.isspace() for sign in value):
                raise document.wrong(
                    ("accounts", index, field),
                    f"{value!r} is no id: write only the id, which is the last part of the address "
                    "of the account's page",
                )
            first = seen.setdefault((account.platform, field, value), index)
            if first != index:
                raise document.wrong(
                    ("accounts", index, field),
                    f"{value!r} is also that of account {file.accounts[first].id}: correct one",
                )


def _check_events(document: Document, events: tuple[Event, ...]) -> None:
    check_ids(document, ((("events", i), event.id) for i, event in enumerate(events)))
    for index, event in enumerate(events):
        if event.last_day < event.starts_on:
            raise document.wrong(
                ("events", index, "ends_on"),
                f"{event.ends_on} is before the first day {event.starts_on}: correct one",
            )
        if not event.source.strip():
            raise document.wrong(
                ("events", index, "source"), "this is empty: say where the date comes from"
            )
