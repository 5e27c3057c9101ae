"""What `sz-assets doctor` looks at: settings, study, home, disk, versions.

Here: looking and saying what to do. Not here: mending anything, or asking any server.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

import sz_assets
from sz_assets.coding.checking import check_store
from sz_assets.coding.store import CodingStore
from sz_assets.errors import UserError
from sz_assets.notify import opened
from sz_assets.settings import Settings
from sz_assets.storage import Home
from sz_assets.study import Study, load_study

_NEEDED_FREE_BYTES = 2 * 1024**3
_VERSIONS = (
    "dagster",
    "dbt-core",
    "dbt-duckdb",
    "duckdb",
    "polars",
    "great-expectations",
    "altair",
    "scikit-learn",
)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, whether it is well, and what was seen or is to be done."""

    subject: str
    is_ok: bool
    text: str


def examine() -> list[Finding]:
    """All findings; a broken setting ends the list, since all else depends on it."""
    try:
        settings = Settings.from_environment()
    except UserError as error:
        return [Finding("settings", False, str(error))]
    found = [
        Finding("settings", True, f"source {settings.source}; a live platform is asked "
                f"at most {settings.requests_per_second:g} times a second, "
                f"{settings.concurrency} at a time, "
                f"{settings.daily_request_limit:,} times a day"),
    ]  # fmt: skip
    try:
        study = load_study(settings.study)
    except UserError as error:
        return [*found, Finding("study", False, str(error))]
    found.append(
        Finding(
            "study", True, f"{study.id}: {len(study.accounts)} accounts, {len(study.claims)} claims"
        )
    )
    return [
        *found,
        *_platforms(settings, study),
        _language_model(settings),
        _unattended(settings),
        _releases(settings),
        *_home(settings, study),
        _versions(),
    ]


def _releases(settings: Settings) -> Finding:
    options = settings.release
    beside = ", ".join(options.formats) or "nothing"
    return Finding(
        "releases",
        True,
        f"DuckDB {options.storage_version}, with {beside} beside it; {options.kept} are kept",
    )


def _platforms(settings: Settings, study: Study) -> Iterator[Finding]:
    for platform in sorted({account.platform for account in study.accounts}):
        access = settings.platforms.get(platform)
        if settings.source != "live":
            real = [a.id for a in study.accounts if a.platform == platform and not a.is_placeholder]
            yield Finding(
                platform,
                not real,
                f"the embedded platform does not know {', '.join(real)}: set SZ_SOURCE=live, or "
                "import files of responses"
                if real
                else "the embedded platform answers; all data are simulated",
            )
        elif access is None:
            yield Finding(
                platform, False, "can't be crawled yet: take its accounts out of the study"
            )
        else:
            missing = [
                account.id
                for account in study.accounts
                if account.platform == platform and account.is_placeholder
            ]
            cookie = "a cookie is set" if access.cookie else "no cookie is set"
            name = f"SZ_{platform.upper()}_COOKIE"
            yield Finding(
                platform,
                not missing,
                f"{len(missing)} accounts have a placeholder instead of their platform id: put "
                "their own into a study file and set SZ_STUDY to it"
                if missing
                else f"{access.base_url}, {cookie} ({name})",
            )


def _language_model(settings: Settings) -> Finding:
    model = settings.language_model
    if model is None:
        text = "none codes titles (SZ_CODING_LLM_BASE_URL and SZ_CODING_LLM_MODEL turn one on)"
    else:
        key = "a key is set" if model.key else "no key is set"
        text = f"{model.model} at {model.base_url} codes titles when asked to, "
        text += f"{key} (SZ_CODING_LLM_KEY)"
    return Finding("language model", True, text)


def _unattended(settings: Settings) -> Finding:
    asked = settings.unattended
    runs = f"crawls at {asked.crawl_cron!r} by itself" if asked.is_on else "runs nothing by itself"
    try:
        places = [place for place, _ in opened(asked.notify)]
    except UserError as error:
        return Finding("schedule", False, str(error))
    told = f"tells {', '.join(places)}" if places else "tells the log alone (SZ_NOTIFY_URLS)"
    return Finding("schedule", True, f"{runs} (SZ_SCHEDULE), and {told}")


def _home(settings: Settings, study: Study) -> Iterator[Finding]:
    home = Home(settings.home)
    try:
        home.prepare()
        home.refuse_other_study(study.id)
    except UserError as error:
        yield Finding("home", False, str(error))
        return
    yield Finding("home", True, str(home.root))
    free = shutil.disk_usage(home.root).free
    enough = free >= _NEEDED_FREE_BYTES
    text = f"{free / 1024**3:.1f} GiB free"
    yield Finding("disk", enough, text if enough else f"{text}: free at least 2 GiB")
    coding = check_store(CodingStore(home.coding))
    if not coding.is_empty:
        text = " ".join((coding.line(), *coding.problems, *coding.notes))
        yield Finding("coding", not coding.problems, text.removeprefix("coding: "))


def _versions() -> Finding:
    python = ".".join(map(str, sys.version_info[:3]))
    others = ", ".join(f"{name} {version(name)}" for name in _VERSIONS)
    return Finding(
        "versions", True, f"sz_assets {sz_assets.__version__}, Python {python}, {others}"
    )
