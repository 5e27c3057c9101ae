"""What an erasure will do: whom it concerns, what will be looked for, and what will change.

Here: refusals, which identifiers can be looked for, and the plan that outlives a crash. Not here:
removing (`erase`), or the search for what is left (`proof`).

What another account, the study or this program says in words of its own can't be told from the
account's: such titles are not looked for, and the plan says how many.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from pathlib import Path

import msgspec
import polars as pl

from sz_assets.coding.store import CodingStore
from sz_assets.contracts.core import VIDEOS
from sz_assets.erasing.bodies import LEAST_ID, Whose, cut, masked_texts
from sz_assets.erasing.finding import ACCOUNT_ID, NAME, PLATFORM_ID, TITLE, VIDEO_ID, Finder
from sz_assets.erasing.identity import Identity, collect
from sz_assets.erasing.raw_layer import other_answers
from sz_assets.erasing.stored import stored_accounts
from sz_assets.errors import UserError
from sz_assets.storage import Home, Lake
from sz_assets.study import Study

# Anything shorter stands by chance in other words.
LEAST_LETTERS = 4
_Told = Callable[[str], object]


class MonthChange(msgspec.Struct, frozen=True, kw_only=True):
    """How many stored answers of other accounts change in a month, and items taken out of them."""

    crawl_month: date
    answer_count: int
    item_count: int


class Plan(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """An erasure, told in full.

    `wanted` are the identifiers that are looked for, with the kind of each; `left_out` counts by
    reason those that are not. `stored` counts what goes, `populations` are what remains of the
    population of each coding sample. `erasure_id` is random and tells nothing.
    """

    erasure_id: str
    identity: Identity
    wanted: dict[str, str]
    left_out: dict[str, int]
    stored: dict[str, int]
    changes: tuple[MonthChange, ...]
    populations: dict[str, int]
    began_on: date

    @cached_property
    def whose(self) -> Whose:
        """What is cut out of other accounts' answers."""
        return Whose(self.identity.platform_ids, self.identity.video_ids, Finder(self.wanted))

    def lines(self) -> list[str]:
        """What goes and what changes, in sentences."""
        goes = ", ".join(f"{name} {count:,}" for name, count in self.stored.items() if count)
        kinds = Counter(self.wanted.values())
        told = [
            f"Of {self.identity.account_id} is stored: {goes or 'nothing but its rows'}.",
            "Looked for are: " + ", ".join(f"{kind}s {n:,}" for kind, n in kinds.items()) + ".",
        ]
        told += [f"Not looked for: {n:,} {reason}." for reason, n in self.left_out.items()]
        told += [
            f"{change.crawl_month:%Y-%m}: {change.answer_count:,} answers of other accounts are "
            f"changed, and {change.item_count:,} items taken out of them."
            for change in self.changes
        ]
        return told


def make_plan(
    home: Home,
    study: Study,
    account_id: str,
    today: date,
    told: _Told = lambda sentence: None,
    begun: Plan | None = None,
) -> Plan:
    """What erasing the account means here; nothing is changed.

    With a plan that was `begun`, what that one knows is kept. UserError if the study still lists or
    names the account, or nothing of it is stored.
    """
    if account_id in {account.id for account in study.accounts}:
        raise UserError(
            f"{account_id} is an account of the study {study.id!r} and would be crawled again: "
            "take it out of the study's file first, then run the same command again."
        )
    if begun is None and account_id not in (known := stored_accounts(home)):
        others = sorted(known - {account.id for account in study.accounts})
        raise UserError(
            f"Nothing is stored of {account_id!r} in {home.root}: name an account that is "
            f"({', '.join(others) or 'all that are stored are still in the study'})."
        )
    told("reading what identifies the account")
    found = collect(home, account_id)
    identity = begun.identity.united(found.identity) if begun else found.identity
    names = {
        text for account in study.accounts for text in (account.name.zh, account.name.en)
    } | found.other_names
    wanted, left_out = _candidates(identity, names)
    _refuse_named(study, wanted)
    words = _in_words([*_program_texts(), _text_of(study)], wanted)
    told("looking for it in the answers of other accounts")
    whose = Whose(
        identity.platform_ids,
        identity.video_ids,
        Finder({text: kind for text, kind in wanted.items() if kind != TITLE}),
    )
    in_others, changes = _in_others(home, identity, whose, Finder(_titles(wanted)))
    shared = {text for text in words | in_others if wanted[text] == TITLE}
    if shared:
        left_out["titles that other accounts, the study or this program also have"] = len(shared)
    return Plan(
        erasure_id=begun.erasure_id if begun else uuid.uuid4().hex,
        identity=identity,
        wanted={text: kind for text, kind in wanted.items() if text not in shared},
        left_out=left_out,
        # What was counted before anything was removed.
        stored=begun.stored if begun else found.stored,
        changes=begun.changes if begun else changes,
        populations=begun.populations if begun else _populations(home, account_id),
        began_on=begun.began_on if begun else today,
    )


def _candidates(
    identity: Identity, other_names: Iterable[str]
) -> tuple[dict[str, str], dict[str, int]]:
    """What might be looked for, with kinds, and how many of what can't be, by reason."""
    wanted: dict[str, str] = {}
    left_out: Counter[str] = Counter()
    others = pl.Series(sorted(other_names), dtype=pl.String)
    parts: tuple[tuple[str, Iterable[str]], ...] = (
        (ACCOUNT_ID, [identity.account_id]),
        (PLATFORM_ID, identity.platform_ids),
        (VIDEO_ID, identity.video_ids),
        (NAME, identity.names),
        (TITLE, identity.titles),
    )
    for kind, texts in parts:
        for text in sorted(texts):
            least = LEAST_ID if text.isdecimal() else LEAST_LETTERS
            if len(text.strip()) < least:
                left_out[f"{kind}s that are too short (of {least} signs at least)"] += 1
            elif kind == NAME and others.str.contains(text, literal=True).any():
                left_out["names that are part of another account's name"] += 1
            else:
                wanted.setdefault(text, kind)
    return wanted, dict(left_out)


def _titles(wanted: dict[str, str]) -> dict[str, str]:
    return {text: kind for text, kind in wanted.items() if kind == TITLE}


def _text_of(part: object) -> str:
    return msgspec.json.encode(part).decode()


def _refuse_named(study: Study, wanted: dict[str, str]) -> None:
    """UserError if the study names the account: what is made of it would do so again."""
    finder = Finder({text: kind for text, kind in wanted.items() if kind != TITLE})
    for part in ("accounts", "claims", "events", "published", "codebook", "name"):
        if found := finder.in_texts(pl.Series([_text_of(getattr(study, part))])):
            text = min(found[0])
            raise UserError(
                f"The study {study.id!r} still has the {finder.kind(text)} {text!r} in its {part}, "
                "and so would all that is made of it: take it out there, then run the same command "
                "again."
            )


def _program_texts() -> list[str]:
    """The texts of this program that stand in what it makes, but for studies and the simulation."""
    root = Path(__file__).parents[1]
    return [
        path.read_text(encoding="utf-8")
        for path in sorted(root.rglob("*"))
        if path.suffix in (".py", ".yaml", ".html", ".sql", ".css", ".js", ".md")
        and not {"studies", "simulation", "erasing"}.intersection(path.relative_to(root).parts)
    ]


def _in_words(texts: list[str], wanted: dict[str, str]) -> set[str]:
    found = Finder(_titles(wanted)).in_texts(pl.Series(texts, dtype=pl.String))
    return {text for counts in found.values() for text in counts}


def _in_others(
    home: Home, identity: Identity, whose: Whose, titles: Finder
) -> tuple[set[str], tuple[MonthChange, ...]]:
    """Titles that others have in their own words, and how many answers change in each month."""
    lake = Lake(home.lake)
    shared: set[str] = set()
    answers: Counter[date] = Counter()
    items: Counter[date] = Counter()
    for month, _, _, rows, touched in other_answers(lake, identity.account_id, whose):
        bodies = rows["body"].to_list()
        for row in touched:
            made = cut(bodies[row], whose)
            answers[month] += made.body != bodies[row]
            items[month] += made.removed_items
            bodies[row] = made.body
        shared |= {text for counts in titles.in_bytes(bodies).values() for text in counts}
    own = (pl.col("account_id") == identity.account_id) | pl.col("video_id").is_in(
        sorted(identity.video_ids)
    )
    for month in lake.months(VIDEOS):
        left = masked_texts(lake.read(VIDEOS, month).filter(~own)["title"], whose)
        shared |= {text for counts in titles.in_texts(left).values() for text in counts}
    tasks = masked_texts(CodingStore(home.coding).sample_tasks().filter(~own)["title"], whose)
    shared |= {text for counts in titles.in_texts(tasks).values() for text in counts}
    changes = tuple(
        MonthChange(crawl_month=month, answer_count=answers[month], item_count=items[month])
        for month in sorted(answers)
        if answers[month]
    )
    return shared, changes


def _populations(home: Home, account_id: str) -> dict[str, int]:
    """What remains of each sample's population, as far as its tasks tell the account's strata."""
    store = CodingStore(home.coding)
    left = {}
    for sample in store.samples():
        tasks = store.sample_tasks(sample.sample_id).filter(pl.col("account_id") == account_id)
        gone = tasks.unique("stratum")["stratum_size"].sum()
        left[sample.sample_id] = sample.population_size - int(gone)
    return left
