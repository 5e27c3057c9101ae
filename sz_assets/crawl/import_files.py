"""Files of real answers into the raw tables, as if their pages had been crawled.

Here: reading files, giving each to an account, storing. Not here: what a file of a format holds
(`sources`).

Each import is one attempt at every account that it names files for, and takes the place of an
earlier one: name all files of an account's list in one command. A profile may come by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sz_assets.contracts.raw import RAW_TABLES
from sz_assets.crawl.attempt import Attempt, Received, next_attempt_id, refuse_mixture
from sz_assets.errors import UserError
from sz_assets.sources.protocol import FileReading, PageReading, UnreadableFile
from sz_assets.sources.registry import get_format, import_origin
from sz_assets.storage import Lake
from sz_assets.study import Account, Study


@dataclass(frozen=True)
class ImportedAccount:
    """What an import brought for one account; `is_new` is False if it was stored already."""

    account_id: str
    file_names: tuple[str, ...]
    item_count: int
    profile_count: int
    is_new: bool


@dataclass(frozen=True)
class ImportResult:
    """What an import did; `foreign_profile_count` profiles were of no account of the study."""

    crawl_month: date
    accounts: tuple[ImportedAccount, ...]
    foreign_profile_count: int


@dataclass
class _Share:
    """What one account gets."""

    pages: list[tuple[str, bytes, int]] = field(default_factory=list)
    profiles: list[tuple[str, bytes]] = field(default_factory=list)


def import_files(
    study: Study,
    lake: Lake,
    crawl_month: date,
    paths: Sequence[Path],
    *,
    format_name: str = "douyin",
    account_id: str | None = None,
    imported_at: datetime,
) -> ImportResult:
    """Store the files as pages and profiles of the month, unchanged, one page per file.

    A file of items goes to `account_id` or else to the account that authored most of them; a
    profile goes to the account whose ids it bears. Files do not say when they were observed, so
    the instant is the month's last second in the study's zone, or `imported_at` (aware) if that
    is earlier. UserError names the file that can't be imported; all are checked before any is
    stored. Files that are already an account's newest import are not stored again.
    """
    form = get_format(format_name)
    accounts = [account for account in study.accounts if account.platform == form.platform]
    by_id = {account.id: account for account in accounts}
    if account_id is not None and account_id not in by_id:
        raise UserError(
            f"--account {account_id!r} is no account of {form.platform} in the study "
            f"{study.id!r}: use one of {', '.join(by_id) or 'none'}."
        )
    if lake.is_retired(crawl_month):
        raise UserError(
            f"{crawl_month:%Y-%m} takes no more answers: those it had were removed because of "
            "their age (SZ_RAW_MONTHS), and what was made of them is kept as it is."
        )
    observed_at = _observation(crawl_month, study.time_zone, imported_at)
    shares: dict[str, _Share] = {}
    foreign_profiles = 0
    for path in paths:
        body = _read(path)
        try:
            reading = form.read_file(body)
        except UnreadableFile as error:
            raise UserError(
                f"{path} {error}: give a file of the format {format_name}. Nothing was imported."
            ) from None
        if reading.item_count:
            owner = account_id or _owner(path, reading, accounts)
            pages = shares.setdefault(owner, _Share()).pages
            if body not in (other for _, other, _ in pages):
                pages.append((path.name, body, reading.item_count))
        else:
            foreign_profiles += _share_profiles(path, reading, accounts, account_id, shares)
    origin = import_origin(format_name)
    refuse_mixture(lake, crawl_month, by_id, [origin])
    imported = [
        _store(lake, crawl_month, by_id[owner], origin, shares[owner], observed_at)
        for owner in sorted(shares)
    ]
    return ImportResult(crawl_month, tuple(imported), foreign_profiles)


def _observation(crawl_month: date, time_zone: str, imported_at: datetime) -> datetime:
    zone = ZoneInfo(time_zone)
    start = datetime(crawl_month.year, crawl_month.month, 1, tzinfo=zone)
    if start > imported_at:
        raise UserError(
            f"{crawl_month:%Y-%m} has not begun: give the --month in which the files were observed."
        )
    following = (crawl_month.replace(day=28) + timedelta(days=4)).replace(day=1)
    end = datetime(following.year, following.month, 1, tzinfo=zone)
    return min(end - timedelta(seconds=1), imported_at)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        cause = (error.strerror or type(error).__name__).lower()
        raise UserError(
            f"{path} can't be read ({cause}): check the path. Nothing was imported."
        ) from error


def _owner(path: Path, reading: FileReading, accounts: Sequence[Account]) -> str:
    if not reading.author_ids:
        raise UserError(
            f"{path} does not say who authored its videos: name the account with --account. "
            "Nothing was imported."
        )
    [(author, _)] = Counter(reading.author_ids).most_common(1)
    for account in accounts:
        if account.platform_uid in author or account.platform_account_id in author:
            return account.id
    number = next((each for each in sorted(author) if each.isdecimal()), min(author))
    raise UserError(
        f"{path} is of no account of the study (most of its videos are by {number}): give the "
        f'account platform_uid "{number}" in the study, or name it with --account. Nothing was '
        "imported."
    )


def _share_profiles(
    path: Path,
    reading: FileReading,
    accounts: Sequence[Account],
    account_id: str | None,
    shares: dict[str, _Share],
) -> int:
    """Give each profile to its account; the number of those that are of no account."""
    foreign = 0
    for profile in reading.profiles:
        owners = [
            account.id
            for account in accounts
            if account.platform_uid in profile.ids or account.platform_account_id in profile.ids
        ]
        if account_id is not None:
            is_meant = owners == [account_id] or (not owners and len(reading.profiles) == 1)
            owners = [account_id] if is_meant else []
        foreign += not owners
        for owner in owners:
            shares.setdefault(owner, _Share()).profiles.append((path.name, profile.body))
    if foreign == len(reading.profiles):
        raise UserError(
            f"{path} holds the profile of no account of the study: add the accounts to the study, "
            "or name one with --account. Nothing was imported."
        )
    return foreign


def _store(
    lake: Lake, crawl_month: date, account: Account, origin: str, share: _Share, at: datetime
) -> ImportedAccount:
    attempt = Attempt(
        crawl_month=crawl_month,
        account_id=account.id,
        attempt_id=next_attempt_id(lake, crawl_month, account.id, at),
        platform=account.platform,
        data_origin=origin,
    )
    for name, body in share.profiles:
        attempt.add_profile(Received(name, body, at, at), "ok")
    for name, body, item_count in share.pages:
        attempt.add_page(Received(name, body, at, at), "ok", PageReading(None, item_count), None)
    names = [name for name, _ in share.profiles] + [name for name, _, _ in share.pages]
    is_new = not _is_stored(lake, attempt)
    if is_new:
        attempt.write(lake)
    return ImportedAccount(
        account_id=account.id,
        file_names=tuple(dict.fromkeys(names)),
        item_count=attempt.item_count,
        profile_count=len(share.profiles),
        is_new=is_new,
    )


def _is_stored(lake: Lake, attempt: Attempt) -> bool:
    """Whether the account's newest stored answers are these very bytes."""
    for table, hashes in zip(RAW_TABLES, attempt.body_hashes(), strict=True):
        if not hashes:
            continue
        newest = lake.attempts(table, attempt.crawl_month, attempt.account_id)[-1:]
        stored = lake.read_attempts(table, newest, with_bodies=False)
        if stored["body_sha256"].to_list() != hashes:
            return False
    return True
