"""The settings, and the only place that reads the environment.

Here: what can be set from outside, its default and its check. Not here: what a study says
(`study`) or where a file lies (`storage`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sz_assets.errors import UserError

SOURCES = ("simulated", "live")
SIMULATION_SCALES = ("default", "full")
DBT_TARGETS = ("duckdb",)
# Formats of DuckDB's files that a release can be written in; older clients open the older ones.
STORAGE_VERSIONS = ("v1.0.0", "v1.2.0", "v1.4.0", "v1.5.0", "v2.0.0")
RELEASE_FORMATS = ("parquet", "csv", "xlsx", "spss", "stata", "bundle", "superset")
DEFAULT_BASE_URLS = {"douyin": "https://www.douyin.com"}


class Secret:
    """A text that never shows itself: not in a log, an error, a repr or a pickle."""

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(set)" if self._value else "Secret(not set)"

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        raise TypeError("A secret is not written anywhere.")


@dataclass(frozen=True)
class PlatformSettings:
    """How one platform is reached: its address, the user's session cookie and signing hook."""

    base_url: str
    cookie: Secret = field(default_factory=lambda: Secret(""))
    signer: str | None = None


@dataclass(frozen=True)
class LanguageModelSettings:
    """An OpenAI-compatible endpoint that codes titles: its address, model and key."""

    base_url: str
    model: str
    key: Secret = field(default_factory=lambda: Secret(""))


@dataclass(frozen=True)
class ReleaseSettings:
    """How a release is written: DuckDB's storage version, how many are kept, other formats."""

    storage_version: str = "v1.4.0"
    kept: int = 10
    formats: tuple[str, ...] = ("parquet", "csv")


@dataclass(frozen=True)
class MartSettings:
    """How much memory building the marts may take, and how many videos are written at a time.

    dbt reads both from the environment by itself; here they are checked before a run begins.
    """

    memory_limit: str = "80%"
    part_videos: int = 2_000_000


@dataclass(frozen=True)
class UnattendedSettings:
    """Whether the schedule runs by itself, when, and who is told what went wrong.

    Both times are cron expressions in the study's zone. `notify` holds addresses as Apprise reads
    them, which often are a password.
    """

    is_on: bool = False
    crawl_cron: str = "0 3 28 * *"
    due_cron: str = "0 18 28 * *"
    notify: Secret = field(default_factory=lambda: Secret(""))


@dataclass(frozen=True)
class RetentionSettings:
    """How long what is not needed any more is kept; None is for ever."""

    history_days: int = 365
    release_days: int | None = None
    raw_months: int | None = None


@dataclass(frozen=True)
class Settings:
    """All settings, typed and checked. Build it with `Settings.from_environment()`."""

    home: Path
    study: str = "shenzhen"
    source: str = "simulated"
    platforms: Mapping[str, PlatformSettings] = field(default_factory=dict)
    requests_per_second: float = 1.0
    concurrency: int = 1
    daily_request_limit: int = 5_000
    user_agent: str | None = None
    dbt_target: str = "duckdb"
    simulation_scale: str = "default"
    language_model: LanguageModelSettings | None = None
    release: ReleaseSettings = field(default_factory=ReleaseSettings)
    marts: MartSettings = field(default_factory=MartSettings)
    unattended: UnattendedSettings = field(default_factory=UnattendedSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read `SZ_…` from the environment; UserError names the variable that is wrong."""
        env = os.environ if environment is None else environment

        def one_of(name: str, default: str, allowed: tuple[str, ...]) -> str:
            value = env.get(name) or default
            if value not in allowed:
                raise UserError(f"{name} is {value!r}: set it to one of {', '.join(allowed)}.")
            return value

        rate_text = env.get("SZ_REQUESTS_PER_SECOND") or "1"
        try:
            rate = float(rate_text)
        except ValueError:
            rate = 0.0
        if not 0 < rate <= 1000:
            raise UserError(
                f"SZ_REQUESTS_PER_SECOND is {rate_text!r}: set it to a number above 0, such as 1."
            )

        def whole_or_none(name: str, most: int, example: int) -> int | None:
            return whole(name, example, most) if env.get(name) else None

        def whole(name: str, default: int, most: int) -> int:
            text = env.get(name) or str(default)
            number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
            if not 1 <= number <= most:
                raise UserError(
                    f"{name} is {text!r}: set it to a whole number from 1 to {most:,}, such as "
                    f"{default}."
                )
            return number

        user_agent = env.get("SZ_USER_AGENT") or None
        if user_agent and not (user_agent.isascii() and user_agent.isprintable()):
            raise UserError(
                f"SZ_USER_AGENT is {user_agent!r}, which can't be sent: write one line of plain "
                "ASCII that says who is asking, such as my-city/1.0 (+mail@example.org)."
            )
        platforms = {}
        for platform, default_url in DEFAULT_BASE_URLS.items():
            prefix = f"SZ_{platform.upper()}"
            base_url = (env.get(f"{prefix}_BASE_URL") or default_url).rstrip("/")
            if not _is_plain_address(base_url):
                raise UserError(
                    f"{prefix}_BASE_URL is no plain address: write scheme, host and port alone, "
                    f"like {default_url}."
                )
            platforms[platform] = PlatformSettings(
                base_url=base_url,
                cookie=Secret(env.get(f"{prefix}_COOKIE") or ""),
                signer=env.get(f"{prefix}_SIGNER") or None,
            )
        return cls(
            home=_home(env.get("SZ_HOME") or "data"),
            study=env.get("SZ_STUDY") or "shenzhen",
            source=one_of("SZ_SOURCE", "simulated", SOURCES),
            platforms=platforms,
            requests_per_second=rate,
            concurrency=whole("SZ_CONCURRENCY", 1, 16),
            daily_request_limit=whole("SZ_DAILY_REQUEST_LIMIT", 5_000, 100_000_000),
            user_agent=user_agent,
            dbt_target=one_of("SZ_DBT_TARGET", "duckdb", DBT_TARGETS),
            simulation_scale=one_of("SZ_SIMULATION_SCALE", "default", SIMULATION_SCALES),
            language_model=_language_model(env),
            release=ReleaseSettings(
                storage_version=one_of("SZ_STORAGE_VERSION", "v1.4.0", STORAGE_VERSIONS),
                kept=whole("SZ_KEPT_RELEASES", 10, 1_000),
                formats=_release_formats(env.get("SZ_RELEASE_FORMATS")),
            ),
            marts=MartSettings(
                memory_limit=_memory_limit(env.get("SZ_MEMORY_LIMIT")),
                part_videos=whole("SZ_PART_VIDEOS", 2_000_000, 999_999_999),
            ),
            unattended=UnattendedSettings(
                is_on=one_of("SZ_SCHEDULE", "off", ("off", "on")) == "on",
                crawl_cron=_cron(env, "SZ_CRAWL_CRON", UnattendedSettings.crawl_cron),
                due_cron=_cron(env, "SZ_DUE_CRON", UnattendedSettings.due_cron),
                notify=Secret(env.get("SZ_NOTIFY_URLS") or ""),
            ),
            retention=RetentionSettings(
                history_days=whole("SZ_HISTORY_DAYS", 365, 36_500),
                release_days=whole_or_none("SZ_RELEASE_DAYS", 36_500, 365),
                raw_months=whole_or_none("SZ_RAW_MONTHS", 1_200, 24),
            ),
        )


def _cron(env: Mapping[str, str], name: str, default: str) -> str:
    """Five fields of a cron expression; that each is possible is seen when it is first used."""
    text = " ".join((env.get(name) or default).split())
    if not re.fullmatch(r"[\d*/,-]+( [\d*/,L-]+){4}", text):
        raise UserError(
            f"{name} is {text!r}: write minute, hour, day, month and weekday as cron does, such as "
            f"{default!r}."
        )
    return text


def _memory_limit(text: str | None) -> str:
    """As DuckDB takes it: a part of the machine's memory, or an amount with its unit."""
    text = text or MartSettings().memory_limit
    if not re.fullmatch(r"(100|[1-9]\d?)%|[1-9]\d{0,5}(\.\d+)? ?[MGT]i?B", text):
        raise UserError(
            f"SZ_MEMORY_LIMIT is {text!r}: set it to a part of the memory, such as 80%, or to an "
            "amount, such as 12GB."
        )
    return text


def _release_formats(text: str | None) -> tuple[str, ...]:
    """The formats beside the database, in their own order; an empty text means none."""
    if text is None:
        return ReleaseSettings().formats
    asked = {word.strip() for word in text.split(",") if word.strip()}
    if unknown := sorted(asked - set(RELEASE_FORMATS)):
        raise UserError(
            f"SZ_RELEASE_FORMATS names {unknown[0]!r}: list some of "
            f"{', '.join(RELEASE_FORMATS)}, separated by commas, or leave it empty for none."
        )
    return tuple(name for name in RELEASE_FORMATS if name in asked)


def _language_model(env: Mapping[str, str]) -> LanguageModelSettings | None:
    """The endpoint that codes titles; None (off) unless its address is set."""
    base_url = (env.get("SZ_CODING_LLM_BASE_URL") or "").rstrip("/")
    if not base_url:
        return None
    if not _is_plain_address(base_url):
        raise UserError(
            "SZ_CODING_LLM_BASE_URL is no plain address: write scheme, host, port and path alone, "
            "like http://127.0.0.1:8000/v1, and the key into SZ_CODING_LLM_KEY."
        )
    model = env.get("SZ_CODING_LLM_MODEL") or ""
    if not model.strip() or not model.isprintable():
        raise UserError(
            f"SZ_CODING_LLM_MODEL is {model!r}: set it to the name of the model that "
            "SZ_CODING_LLM_BASE_URL is to answer with."
        )
    return LanguageModelSettings(base_url, model, Secret(env.get("SZ_CODING_LLM_KEY") or ""))


def _is_plain_address(text: str) -> bool:
    """Whether it is scheme, host, port and path alone: no credentials, which would be stored."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    has_more = "@" in parts.netloc or "?" in text or "#" in text
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not has_more


def _home(text: str) -> Path:
    try:
        path = Path(text).expanduser().resolve()
    except (RuntimeError, OSError, ValueError) as error:
        raise UserError(f"SZ_HOME is {text!r}, which is no folder: {error}.") from error
    if "?" in str(path):
        # DuckDB takes what follows for something else than a name.
        raise UserError(f"SZ_HOME is {text!r}: set it to a folder without ? in its path.")
    return path
