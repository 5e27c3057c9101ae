"""What a study is: its accounts, rules, codebook, published claims and dated events.

Here: immutable shapes and what follows from them alone. Not here: reading and checking the files
(`study`), or applying a rule (`core`). Import these names from `study`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sz_assets.study_parts import Name, Text
from sz_assets.study_parts import Part as _Part
from sz_assets.study_published import Published

Scalar = str | int | bool


class PublishedAccount(_Part, frozen=True, kw_only=True):
    """What the publication's table prints about an account, as printed."""

    name: Text
    followers_in_ten_thousand: float
    videos: Text
    video_count_at_least: int
    field: Text
    printed_times: int = 1

    @property
    def follower_count(self) -> int:
        """Followers, from the printed tens of thousands."""
        return round(self.followers_in_ten_thousand * 10_000)


class Account(_Part, frozen=True, kw_only=True):
    """One account: `id` is ours and stable, `platform_account_id` what the list call needs."""

    id: str
    platform: str
    platform_account_id: Text
    platform_uid: Text | None = None
    name: Name
    field: Name | None = None
    published: PublishedAccount | None = None

    @property
    def is_placeholder(self) -> bool:
        """Whether the platform's id is a stand-in that only the embedded platform knows."""
        return self.platform_account_id.startswith("SIMULATED-")


class Selection(_Part, frozen=True, kw_only=True):
    """Which accounts are eligible; `verified=False` means: don't ask."""

    min_followers: Annotated[int, Meta(ge=0)] = 1_000_000
    verified: bool = True


class SampleRule(_Part, frozen=True, kw_only=True):
    """Of each eligible account the `top` videos `by` a counter."""

    top: Annotated[int, Meta(ge=1)] = 200
    by: Literal["like_count"] = "like_count"


class SecondaryCategory(_Part, frozen=True, kw_only=True):
    """What coders choose: its meaning, what else counts, what does not, and examples.

    `examples` are tasks of the study, as `account_id:video_id`.
    """

    id: str
    name: Name
    definition: Name
    inclusion: Name | None = None
    exclusion: Name | None = None
    examples: tuple[Text, ...] = ()
    cues_zh: tuple[Text, ...]
    cues_en: tuple[Text, ...]

    @property
    def cues(self) -> tuple[str, ...]:
        """All cue words, the Chinese ones first."""
        return self.cues_zh + self.cues_en


class PrimaryCategory(_Part, frozen=True, kw_only=True):
    id: str
    name: Name
    definition: Name
    secondary: Annotated[tuple[SecondaryCategory, ...], Meta(min_length=1)]


class Codebook(_Part, frozen=True, kw_only=True, dict=True):
    """The content categories, in the order that breaks ties.

    `codes_per_video` says whether a coder gives a video one category or several.
    """

    version_label: Text
    codes_per_video: Literal["one", "several"] = "one"
    primary: Annotated[tuple[PrimaryCategory, ...], Meta(min_length=1)]

    @cached_property
    def version(self) -> str:
        """Content hash: the first 16 hexadecimal digits of the SHA-256 of all it says."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:16]

    @property
    def secondary(self) -> Iterator[tuple[PrimaryCategory, SecondaryCategory]]:
        """Every secondary category with its primary one, in order."""
        return ((primary, second) for primary in self.primary for second in primary.secondary)


class CodingRules(_Part, frozen=True, kw_only=True):
    """When content codes may be relied on.

    Krippendorff's alpha from `tentative_alpha` on allows tentative conclusions, from
    `reliable_alpha` on firm ones. Corrected shares need `minimum_human_codes`; a trained machine
    that is less sure than `abstain_below` says nothing.
    """

    tentative_alpha: Annotated[float, Meta(gt=0, le=1)] = 0.667
    reliable_alpha: Annotated[float, Meta(gt=0, le=1)] = 0.8
    minimum_human_codes: Annotated[int, Meta(ge=30)] = 100
    abstain_below: Annotated[float, Meta(ge=0, lt=1)] = 0.5


class Reading(_Part, frozen=True, kw_only=True):
    """One number from one mart of the crawl month.

    `take`: `only` (exactly one row must match), `sum`, `min`, `max`, `rows` (how many rows match;
    no column) or `distinct` (how many different values).
    """

    table: str
    where: dict[str, Scalar] = msgspec.field(default_factory=dict)
    column: str | None = None
    take: Literal["only", "sum", "min", "max", "rows", "distinct"] = "only"


class Value(Reading, frozen=True, kw_only=True, tag="value", tag_field="kind"):
    """The reading equals the claim's `published_value` within its `tolerance`."""


class AtLeast(Reading, frozen=True, kw_only=True, tag="at_least", tag_field="kind"):
    """The reading is at least the claim's `published_value` (printed as "over …")."""


class Within(Reading, frozen=True, kw_only=True, tag="within", tag_field="kind"):
    """The reading lies in [minimum, maximum]; a bound left out is open."""

    minimum: float | None = None
    maximum: float | None = None


class Comparison(Reading, frozen=True, kw_only=True, tag="comparison", tag_field="kind"):
    """The reading is less, or more, than each of the others."""

    relation: Literal["less", "more"]
    than: Annotated[tuple[Reading, ...], Meta(min_length=1)]


class Trend(_Part, frozen=True, kw_only=True, tag="trend", tag_field="kind"):
    """`column` rises, or falls, at each step of `over` from `first` to `last`.

    `absent` is the value that a missing row stands for; without it a missing row is an unknown.
    """

    table: str
    where: dict[str, Scalar] = msgspec.field(default_factory=dict)
    over: str
    first: int = msgspec.field(name="from")
    last: int = msgspec.field(name="to")
    column: str
    direction: Literal["rising", "falling"]
    absent: float | None = None


class Inferred(_Part, frozen=True, kw_only=True, tag="tested", tag_field="kind"):
    """Inference decides: one effect of `engagement_effects`, or any event of `event_effects`.

    `where` fixes the row but for its population. `expects` is what the claim says: the effect is
    `positive`, `negative`, or does not matter (`none`): it multiplies engagement by no more than
    `equivalence` and no less than its inverse. An effect found in a row of `unless` contradicts a
    claim of none as well.
    """

    table: Literal["engagement_effects", "event_effects"]
    where: dict[str, Scalar]
    expects: Literal["none", "positive", "negative"]
    equivalence: Annotated[float, Meta(gt=1)] | None = None
    unless: tuple[dict[str, Scalar], ...] = ()


class NotTestable(_Part, frozen=True, kw_only=True, tag="not_testable", tag_field="kind"):
    """These data can't decide the claim, for this reason."""

    reason: Text


Measure = Value | AtLeast | Within | Comparison | Trend | Inferred | NotTestable


class Claim(_Part, frozen=True, kw_only=True):
    """One published claim and how the marts test it.

    `published_value` and `tolerance` (absolute, from the rounding in print) are in `unit`, which is
    the unit of the column read. `remark` is added to the note of every comparison.
    """

    id: str
    section: Text
    statement: Name
    published_value: float | None = None
    unit: Text | None = None
    tolerance: Annotated[float, Meta(ge=0)] | None = None
    measure: Measure
    remark: Text | None = None


class Event(_Part, frozen=True, kw_only=True):
    """Something that happened on a day, or on several, and may show in the numbers.

    Days are those of the study's time zone. `source` is an address or a citation that says so.
    """

    id: str
    starts_on: date
    ends_on: date | None = None
    name: Name
    source: Text

    @property
    def last_day(self) -> date:
        """The last day, which is the first unless the study says otherwise."""
        return self.ends_on or self.starts_on


class Study(_Part, frozen=True, kw_only=True):
    """A whole study. Crawl months are the first days of months.

    `published_crawl_month` is the month in which the publication's own data were observed, if
    the study follows one. `obey_robots` False crawls what a host's robots.txt disallows.
    `published` holds the summaries that the publication prints.
    """

    id: str
    name: Name
    time_zone: str
    first_crawl_month: date
    selection: Selection
    sample: SampleRule
    accounts: tuple[Account, ...]
    codebook: Codebook
    claims: tuple[Claim, ...] = ()
    events: tuple[Event, ...] = ()
    published_crawl_month: date | None = None
    obey_robots: bool = True
    published: Published | None = None
    coding: CodingRules = CodingRules()
