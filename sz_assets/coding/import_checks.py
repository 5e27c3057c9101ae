"""Whether a row that came back can be used: its task, coder, codebook and categories are known.

Here: one row after another, then the rows of one task and coder together. Not here: reading files
(`exchange`) or keeping codes (`store`).
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from sz_assets.coding.exchange.categories import category_id
from sz_assets.coding.exchange.records import NO_CATEGORY, Coded, Problem
from sz_assets.coding.store import CodingStore, Sample
from sz_assets.study import Codebook, Study

_CODER = re.compile(r"[^\s:]+")


@dataclass(frozen=True, slots=True)
class Row:
    """What stood in a file, and the SHA-256 of the file."""

    code: Coded
    sha256: str


@dataclass(frozen=True, slots=True)
class GoodRow:
    """A row that can be used, with what it refers to. `categories` are ids of that codebook."""

    code: Coded
    sha256: str
    categories: tuple[str, ...]
    codebook_version: str
    sample_id: str | None

    @property
    def account_id(self) -> str:
        return self.code.task_id.partition(":")[0]

    @property
    def video_id(self) -> str:
        return self.code.task_id.partition(":")[2]


@dataclass(slots=True)
class Checked:
    """Each row is in `good`, in `problems`, or among the `repeated`, which say the same again."""

    good: list[GoodRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    repeated: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Known:
    """What rows may refer to. `assigned`: per task the samples with it, newest first, and its
    coders; `videos`: further tasks that are stored videos; `codebooks`: by version.
    """

    account_ids: AbstractSet[str]
    current: str
    codebooks: Mapping[str, Codebook]
    samples: Mapping[str, Sample]
    assigned: Mapping[str, Mapping[str, Sequence[str]]]
    videos: AbstractSet[str]

    @classmethod
    def of(
        cls,
        store: CodingStore,
        study: Study,
        rows: Sequence[Row],
        known_tasks: Callable[[AbstractSet[str]], AbstractSet[str]] | None,
    ) -> Known:
        """What these rows may refer to; videos are looked up for tasks of no sample only."""
        samples = {sample.sample_id: sample for sample in reversed(store.samples())}
        wanted = {row.code.task_id for row in rows}
        assigned: dict[str, dict[str, Sequence[str]]] = defaultdict(dict)
        for sample_id in samples:
            tasks = store.sample_tasks(sample_id).select("account_id", "video_id", "coder_ids")
            for account_id, video_id, coder_ids in tasks.iter_rows():
                if (task_id := f"{account_id}:{video_id}") in wanted:
                    assigned[task_id][sample_id] = coder_ids
        others = wanted - set(assigned)
        return cls(
            account_ids={account.id for account in study.accounts},
            current=study.codebook.version,
            codebooks=store.codebooks() | {study.codebook.version: study.codebook},
            samples=samples,
            assigned=dict(assigned),
            videos=known_tasks(others) if known_tasks and others else frozenset(),
        )


class _Wrong(Exception):
    """Why a row can't be used, in one sentence."""


def check_rows(rows: Sequence[Row], known: Known, round: str, allows_new_coders: bool) -> Checked:
    """Sort the rows into usable ones and problems, each with its place.

    In the round `adjudicated` anybody may decide; otherwise a coder must have been asked, unless
    `allows_new_coders`.
    """
    checked = Checked()
    anybody = allows_new_coders or round == "adjudicated"
    groups: dict[tuple[str, str], list[GoodRow]] = defaultdict(list)
    for row in rows:
        try:
            good = _good(row, known, anybody)
        except _Wrong as error:
            checked.problems.append(Problem(row.code.place, str(error)))
        else:
            groups[good.code.task_id, good.code.coder_id].append(good)
    for (task_id, coder_id), group in groups.items():
        if len({(row.categories, row.codebook_version) for row in group}) == 1:
            checked.good.append(group[0])
            checked.repeated += len(group) - 1
            continue
        for good in group:
            others = ", ".join(str(other.code.place) for other in group if other is not good)
            checked.problems.append(
                Problem(
                    good.code.place,
                    f"{coder_id} codes {task_id} differently in {others}: keep one of the rows.",
                )
            )
    if checked.repeated:
        checked.notes.append(
            "Rows that say again what another row says of the same coder and task: "
            f"{checked.repeated:,}, which count once."
        )
    return checked


def _good(row: Row, known: Known, anybody: bool) -> GoodRow:
    code = row.code
    if not _CODER.fullmatch(code.coder_id) or not code.coder_id.isprintable():
        raise _Wrong(
            f"{code.coder_id!r} names no coder: write an id without blanks, colons and characters "
            "that can't be seen."
        )
    sample_id = _sample(code, known)
    if not anybody:
        _check_coder(code, known, sample_id)
    if code.codebook_version is not None:
        version = code.codebook_version
    else:
        version = known.samples[sample_id].codebook_version if sample_id else known.current
    if version not in known.codebooks:
        raise _Wrong(
            f"the codebook version {version!r} was never used here: code with the study's "
            f"({known.current}), or correct the version."
        )
    categories = _categories(code, known.codebooks[version])
    return GoodRow(code, row.sha256, categories, version, sample_id)


def _sample(code: Coded, known: Known) -> str | None:
    """The sample of the row: the one that it names, else the newest that asked this coder."""
    samples = known.assigned.get(code.task_id, {})
    if code.sample_id is not None:
        if code.sample_id not in known.samples:
            raise _Wrong(
                f"there is no sample {code.sample_id!r} here: import the file into the home that "
                "it was exported from, or correct the id."
            )
        if code.sample_id not in samples:
            raise _Wrong(
                f"the task {code.task_id!r} is not in the sample {code.sample_id}: correct the "
                "task's id."
            )
        return code.sample_id
    for sample_id, coders in samples.items():
        if code.coder_id in coders:
            return sample_id
    if samples:
        return next(iter(samples))
    if code.task_id in known.videos:
        return None
    account_id, colon, _ = code.task_id.partition(":")
    if not colon:
        raise _Wrong(
            f"{code.task_id!r} names no task: restore the id from the exported file, as "
            "account:video."
        )
    if account_id not in known.account_ids:
        raise _Wrong(f"the study has no account {account_id!r}: correct the task's id.")
    raise _Wrong(
        f"the video {code.task_id!r} is in no sample and in no stored month: correct the id."
    )


def _check_coder(code: Coded, known: Known, sample_id: str | None) -> None:
    if sample_id is None:
        if not any(code.coder_id in sample.coders for sample in known.samples.values()):
            raise _Wrong(f"{code.coder_id!r} is no coder of any sample: {_who(code.coder_id)}")
        return
    sample = known.samples[sample_id]
    if code.coder_id not in sample.coders:
        raise _Wrong(
            f"{code.coder_id!r} is no coder of the sample {sample_id} "
            f"({', '.join(sample.coders)}): {_who(code.coder_id, sample.coders[0])}"
        )
    asked = known.assigned[code.task_id][sample_id]
    if code.coder_id not in asked:
        raise _Wrong(
            f"the task {code.task_id} was given to {', '.join(asked)}, not to {code.coder_id}: "
            "correct the coder, or take the code all the same with --new-coders."
        )


def _who(name: str, coder: str = "NAME") -> str:
    return (
        f"correct the name, say who that is with --coder {name}={coder}, or take the codes all the "
        "same with --new-coders."
    )


def _categories(code: Coded, codebook: Codebook) -> tuple[str, ...]:
    found: list[str] = []
    for word in code.categories:
        identifier = category_id(word, codebook)
        if identifier is None:
            raise _Wrong(_unknown_code(word, codebook))
        if identifier not in found:
            found.append(identifier)
    if NO_CATEGORY in found:
        if len(found) > 1:
            raise _Wrong(
                f"this names a category and says that none fits ({', '.join(code.categories)}): "
                "keep one of the two."
            )
        return ()
    if len(found) > 1 and codebook.codes_per_video == "one":
        raise _Wrong(
            f"the codebook gives each video one code and these are {len(found)} "
            f"({', '.join(found)}): keep one."
        )
    return tuple(found)


def _unknown_code(word: str, codebook: Codebook) -> str:
    ids = [category.id for _, category in codebook.secondary]
    near = difflib.get_close_matches(word.strip().casefold(), ids, n=1)
    remedy = f"did you mean {near[0]}?" if near else f"use one of {', '.join(ids)}, {NO_CATEGORY}."
    return f"the codebook has no category {word!r}: {remedy}"
