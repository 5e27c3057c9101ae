"""What a source is: the one small protocol that every platform and every import format fulfils.

Here: the words that the crawl and the core share with all sources. Not here: any platform's own
words (see the module of that platform).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import polars as pl

from sz_assets.contracts.core import ACCOUNTS, VIDEOS
from sz_assets.contracts.validate import polars_schema
from sz_assets.study import Account


class Fault(StrEnum):
    """Why an answer does not count. What the crawl does about each is in `crawl.rules`."""

    # nothing was sent
    ROBOTS = "robots"
    BUDGET = "budget"
    MONTH_OVER = "month_over"
    PARKED = "parked"
    # seen by the transport
    DNS = "dns"
    TLS = "tls"
    CONNECT = "connect"
    INTERRUPTED = "interrupted"
    DEADLINE = "deadline"
    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    UNASKED_CODING = "unasked_coding"
    # seen from the status
    REDIRECT = "redirect"
    FORBIDDEN = "forbidden"
    RATE_LIMIT = "rate_limit"
    UNAVAILABLE = "unavailable"
    SERVER_ERROR = "server_error"
    UNEXPECTED_STATUS = "unexpected_status"
    # seen in the body
    EMPTY = "empty"
    BLOCKED = "blocked"
    HTML = "html"
    CONTENT_TYPE = "content_type"
    INVALID_JSON = "invalid_json"
    LOGIN = "login"
    VERIFICATION = "verification"
    PLATFORM_STATUS = "platform_status"
    NO_CONTENT = "no_content"


@dataclass(frozen=True)
class Problem:
    """A fault with what was seen, as a phrase for a person; never any text of the answer."""

    fault: Fault
    detail: str

    def __str__(self) -> str:
        return f"{self.fault.value}: {self.detail}"


@dataclass(frozen=True)
class Query:
    """One GET request of a platform: path and parameters below the platform's address."""

    path: str
    parameters: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ProfileReading:
    """What an answer to a profile request is; `problem` is None if it is a profile."""

    problem: Problem | None = None


@dataclass(frozen=True)
class PageReading:
    """What an answer to a page request is; `problem` is None if it is a page.

    `has_more` is None where the page does not say, `next_cursor` where it gives none. `video_ids`
    is empty where they are not known; they only tell whether a list goes round in circles.
    """

    problem: Problem | None = None
    item_count: int = 0
    has_more: bool | None = None
    next_cursor: str | None = None
    video_ids: frozenset[str] = frozenset()


# Decoded items: these columns of `core/videos`, with the same types and meanings.
ITEM_COLUMNS = (
    "account_id",
    "video_id",
    "author_platform_uid",
    "observed_at",
    "published_at",
    "title",
    "hashtags",
    "media_type",
    "duration_seconds",
    "like_count",
    "favorite_count",
    "share_count",
    "comment_count",
    "play_count",
    "is_pinned",
    "url",
    "raw_page_sha256",
    "page_number",
    "raw_item_index",
    "data_origin",
)
ITEM_SCHEMA = pl.Schema({name: polars_schema(VIDEOS)[name] for name in ITEM_COLUMNS})
REJECT_SCHEMA = pl.Schema(
    {name: ITEM_SCHEMA[name] for name in ("account_id", *ITEM_COLUMNS[-4:-1])}
    | {"reason": pl.String(), "item_body": pl.Binary(), "data_origin": pl.String()}
)
# Decoded profiles: these columns of `core/accounts`.
PROFILE_COLUMNS = (
    "account_id",
    "nickname",
    "follower_count",
    "platform_video_count",
    "total_like_count",
    "is_enterprise_verified",
    "is_government_verified",
    "verification_reason",
    "observed_at",
    "raw_profile_sha256",
    "data_origin",
)
PROFILE_SCHEMA = pl.Schema({name: polars_schema(ACCOUNTS)[name] for name in PROFILE_COLUMNS})


@dataclass(frozen=True)
class Decoded:
    """Items of stored pages: those with an id and a time, and those without.

    `items` has `ITEM_SCHEMA`, `rejected` has `REJECT_SCHEMA`; together they are all items.
    """

    items: pl.DataFrame
    rejected: pl.DataFrame


class Decoder(Protocol):
    """Turns stored answers into neutral columns."""

    def decode_pages(self, pages: pl.DataFrame) -> Decoded:
        """Items of rows of `raw/account_pages` whose outcome is ok, in their order."""
        ...

    def decode_profiles(self, profiles: pl.DataFrame) -> pl.DataFrame:
        """Rows of `raw/account_profiles` whose outcome is ok as `PROFILE_SCHEMA`, in order."""
        ...


class Source(Decoder, Protocol):
    """One platform: what to ask, and what its answers are."""

    @property
    def platform(self) -> str: ...

    @property
    def first_cursor(self) -> str:
        """The cursor that asks for the start of a list."""
        ...

    def profile_query(self, account: Account) -> Query: ...

    def page_query(self, account: Account, cursor: str) -> Query: ...

    def read_profile(self, body: bytes, content_type: str | None) -> ProfileReading: ...

    def read_page(self, body: bytes, content_type: str | None) -> PageReading: ...

    def goes_back(self, cursor: str, next_cursor: str) -> bool:
        """Whether the next cursor leads back to what was listed before."""
        ...


@dataclass(frozen=True)
class ImportedProfile:
    """The exact bytes of one account's profile in a file, and the ids it bears."""

    body: bytes
    ids: frozenset[str]


@dataclass(frozen=True)
class FileReading:
    """What an imported file holds: items (with the author of each, where given) or profiles."""

    item_count: int
    author_ids: tuple[frozenset[str], ...]
    profiles: tuple[ImportedProfile, ...]


class ImportFormat(Decoder, Protocol):
    """One kind of file that can be imported."""

    @property
    def name(self) -> str: ...

    @property
    def platform(self) -> str: ...

    def read_file(self, body: bytes) -> FileReading:
        """What the file holds; `UnreadableFile` if it holds nothing that can be imported."""
        ...


class UnreadableFile(Exception):
    """A file can't be imported. The message is a phrase that follows the file's name."""
