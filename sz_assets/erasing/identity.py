"""What identifies an account, as it is stored: ids, names, videos, titles.

Here: collecting it from raw, core and coding. Not here: which of it can be looked for
(`planning`), or removing anything.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import msgspec
import polars as pl

from sz_assets.coding.machine.models import Models
from sz_assets.coding.store import CodingStore
from sz_assets.contracts.core import ACCOUNTS, DUPLICATE_ITEMS, VIDEOS
from sz_assets.contracts.raw import ACCOUNT_PAGES, ACCOUNT_PROFILES, RAW_TABLES
from sz_assets.crawl.journal import UnusableJournal, read_journal
from sz_assets.erasing.stored import account_folders, decoded, months_of, stored_tasks
from sz_assets.sources.douyin_json import (
    DECODE_ERRORS,
    NULL,
    NotJson,
    is_present,
    mend_surrogates,
    read_id,
    read_text,
    slice_body,
)
from sz_assets.sources.douyin_profiles import User, read_user, user_ids
from sz_assets.storage import Home, Lake


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """An account by everything that stands for it.

    `video_ids` are its own videos, in whoever's list, `shared_video_ids` those of others that also
    stand in its list (co-authored): they stay in the others' lists.
    """

    account_id: str
    platform_ids: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    video_ids: frozenset[str] = frozenset()
    shared_video_ids: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()

    def united(self, other: Identity) -> Identity:
        """With what another collection found of the same account."""
        shared = (self.shared_video_ids | other.shared_video_ids) - self.video_ids
        parts = {
            name: getattr(self, name) | getattr(other, name)
            for name in ("platform_ids", "names", "titles")
        }
        return Identity(
            account_id=self.account_id,
            video_ids=(self.video_ids | other.video_ids) - shared,
            shared_video_ids=shared,
            **parts,
        )


@dataclass
class Collected:
    """An identity, with what is stored of the account (numbers by a word for each), and of others.

    `other_names` are what other accounts are called.
    """

    identity: Identity
    stored: dict[str, int]
    other_names: frozenset[str]


@dataclass
class _Found:
    platform_ids: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    # Of each video in its list or by it: who wrote it, and how it was called.
    authors: dict[str, str | None] = field(default_factory=dict)
    titles: set[tuple[str, str]] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    other_names: set[str] = field(default_factory=set)
    stored: Counter[str] = field(default_factory=Counter)


def collect(home: Home, account_id: str) -> Collected:
    """What identifies the account in this home; UserError if a stored page can't be read."""
    lake, found = Lake(home.lake), _Found()
    for month in months_of(lake):
        _from_core(lake, month, account_id, found)
        _from_raw(lake, month, account_id, found)
        for path in (lake.journal_path(month, account_id, "any").parent).glob("*"):
            found.stored["unfinished attempts"] += 1
            _from_journal(path, found)
    _from_coding(home, account_id, found)
    own = Counter(author for author in found.authors.values() if author)
    most = own.most_common(1)
    # Who wrote most of its list is the account itself, if nothing else tells its number.
    if most and not own.keys() & found.platform_ids and most[0][1] * 2 > len(found.authors):
        found.platform_ids.add(most[0][0])
    _from_other_lists(lake, account_id, found)
    is_own = {
        video: author in found.platform_ids or video not in found.others
        for video, author in found.authors.items()
    }
    identity = Identity(
        account_id=account_id,
        platform_ids=frozenset(found.platform_ids),
        names=frozenset(found.names),
        video_ids=frozenset(video for video, own in is_own.items() if own),
        shared_video_ids=frozenset(video for video, own in is_own.items() if not own),
        titles=frozenset(title for video, title in found.titles if is_own.get(video)),
    )
    return Collected(identity, dict(sorted((+found.stored).items())), frozenset(found.other_names))


def _from_core(lake: Lake, month: date, account_id: str, found: _Found) -> None:
    own = pl.col("account_id") == account_id
    if lake.path(ACCOUNTS, month).exists():
        accounts = lake.read(ACCOUNTS, month)
        for is_own, names in ((True, found.names), (False, found.other_names)):
            rows = accounts.filter(own if is_own else ~own)
            names |= {
                name
                for column in ("name_zh", "name_en", "nickname")
                for name in rows[column].drop_nulls()
            }
        for column in ("platform_account_id", "platform_uid"):
            found.platform_ids |= set(accounts.filter(own)[column].drop_nulls())
    if lake.path(VIDEOS, month).exists():
        videos = lake.read(VIDEOS, month).filter(own)
        found.stored["videos"] += videos.height
        _add_items(videos, found)
    if lake.path(DUPLICATE_ITEMS, month).exists():
        for video in lake.read(DUPLICATE_ITEMS, month).filter(own)["video_id"]:
            found.authors.setdefault(video, None)


def _from_raw(lake: Lake, month: date, account_id: str, found: _Found) -> None:
    for table in RAW_TABLES:
        for path in lake.attempts(table, month, account_id):
            found.stored["files of answers"] += 1
            for rows in lake.read_batches(table, path):
                for body in rows["body"]:
                    _from_body(body, found, is_page=table is ACCOUNT_PAGES)
                if table is ACCOUNT_PAGES:
                    _add_items(decoded(rows, path), found)


def _add_items(items: pl.DataFrame, found: _Found) -> None:
    for video, author, title in items.select(
        "video_id", "author_platform_uid", "title"
    ).iter_rows():
        found.authors[video] = author or found.authors.get(video)
        if title:
            found.titles.add((video, title))


class _Item(msgspec.Struct):
    """What is needed of an item, whatever else may be wrong with it."""

    aweme_id: msgspec.Raw = NULL
    desc: msgspec.Raw = NULL
    author: msgspec.Raw = NULL
    author_user_id: msgspec.Raw = NULL


_ITEM, _AUTHOR = msgspec.json.Decoder(_Item), msgspec.json.Decoder(User)


def _from_body(body: bytes, found: _Found, *, is_page: bool) -> None:
    """Names and ids of the account from an answer about it."""
    if not is_page:
        if user := read_user(body):
            _add_user(user, found)
        return
    try:
        items = slice_body(body).items or []
    except NotJson:
        return
    for each in items:
        try:
            item = _ITEM.decode(mend_surrogates(bytes(each)))
            author = _AUTHOR.decode(item.author) if is_present(item.author) else User()
        except DECODE_ERRORS:
            continue
        # Items that are refused as videos have titles, too.
        video, title = read_id(item.aweme_id), read_text(item.desc)
        if video:
            number = read_id(author.uid) or read_id(item.author_user_id)
            found.authors[video] = number or found.authors.get(video)
            found.titles |= {(video, title)} if title else set()
        if user_ids(author) & found.platform_ids:
            _add_user(author, found)


def _add_user(user: User, found: _Found) -> None:
    found.platform_ids |= user_ids(user)
    if name := read_text(user.nickname):
        found.names.add(name)


def _from_journal(path: Path, found: _Found) -> None:
    try:
        records = read_journal(path).records
    except UnusableJournal:
        return
    for record in records:
        if body := record.row.get("body"):
            _from_body(body, found, is_page=record.table == ACCOUNT_PAGES.name)


def _from_coding(home: Home, account_id: str, found: _Found) -> None:
    own = pl.col("account_id") == account_id
    for _, tasks in stored_tasks(home):
        rows = tasks.filter(own)
        found.stored["coding tasks"] += rows.height
        found.names |= set(rows["account_name"].drop_nulls())
        for video, title in rows.select("video_id", "title").iter_rows():
            found.authors.setdefault(video, None)
            if title:
                found.titles.add((video, title))
    store = CodingStore(home.coding)
    codes = store.codes().filter(own)
    found.stored["codes"] += codes.height
    for video in codes["video_id"]:
        found.authors.setdefault(video, None)
    for folder in home.coding_answers.glob("[!.]*"):
        for answer in Models(store).answers(folder.name).read():
            account, _, video = answer.task_id.partition(":")
            if account == account_id:
                found.stored["answers of language models"] += 1
                found.authors.setdefault(video, None)
                found.titles.add((video, answer.title))


def _from_other_lists(lake: Lake, account_id: str, found: _Found) -> None:
    """Which videos stand in others' lists, and which of these are the account's own."""
    for month in months_of(lake):
        for folder in account_folders(lake, ACCOUNT_PAGES, month):
            if folder.name == account_id:
                continue
            for path in lake.attempts(ACCOUNT_PAGES, month, folder.name):
                for rows in lake.read_batches(ACCOUNT_PAGES, path):
                    _add_others(decoded(rows, path), found)
        for folder in account_folders(lake, ACCOUNT_PROFILES, month):
            if folder.name == account_id:
                continue
            for path in lake.attempts(ACCOUNT_PROFILES, month, folder.name):
                for body in lake.read_attempts(ACCOUNT_PROFILES, [path])["body"]:
                    if (user := read_user(body)) and (name := read_text(user.nickname)):
                        found.other_names.add(name)
        if lake.path(VIDEOS, month).exists():
            _add_others(lake.read(VIDEOS, month).filter(pl.col("account_id") != account_id), found)


def _add_others(items: pl.DataFrame, found: _Found) -> None:
    found.others |= set(items["video_id"])
    by_it = items.filter(
        pl.col("author_platform_uid").is_in(sorted(found.platform_ids))
        | pl.col("video_id").is_in(sorted(found.authors))
    )
    _add_items(by_it, found)
