"""Every variable: its default, what it may be, and what is said of anything else."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import re
from pathlib import Path

import msgspec
import pytest

from sz_assets.errors import UserError
from sz_assets.settings import LanguageModelSettings, PlatformSettings, Secret, Settings

HIDDEN = "sessionid=3f9c-very-secret"


def read(**environment: str) -> Settings:
    return Settings.from_environment(environment)


def test_all_have_a_default(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read()
    assert settings.home == tmp_path / "data"
    assert (settings.study, settings.source, settings.dbt_target) == (
        "shenzhen",
        "simulated",
        "duckdb",
    )
    assert (settings.requests_per_second, settings.simulation_scale) == (1.0, "default")
    assert (settings.concurrency, settings.daily_request_limit) == (1, 5_000)
    assert settings.user_agent is None
    [(name, douyin)] = settings.platforms.items()
    assert (name, douyin.base_url, douyin.signer) == ("douyin", "https://www.douyin.com", None)
    assert not douyin.cookie
    assert settings.language_model is None


def test_an_empty_variable_is_as_good_as_none() -> None:
    settings = ("HOME", "STUDY", "SOURCE", "REQUESTS_PER_SECOND", "DBT_TARGET", "SIMULATION_SCALE")
    platform = ("DOUYIN_BASE_URL", "DOUYIN_COOKIE", "DOUYIN_SIGNER")
    politeness = ("CONCURRENCY", "DAILY_REQUEST_LIMIT", "USER_AGENT")
    coding = ("CODING_LLM_BASE_URL", "CODING_LLM_MODEL", "CODING_LLM_KEY")
    names = [f"SZ_{name}" for name in (*settings, *politeness, *platform, *coding)]
    with_empty, without = read(**dict.fromkeys(names, "")), read()
    fields = ("home", "study", "source", "requests_per_second", "dbt_target", "concurrency")
    for field in (*fields, "daily_request_limit", "user_agent"):
        assert getattr(with_empty, field) == getattr(without, field)
    assert with_empty.platforms["douyin"].base_url == without.platforms["douyin"].base_url
    assert with_empty.language_model is None


def test_every_variable_is_read(tmp_path) -> None:
    settings = read(
        SZ_HOME=str(tmp_path / "here"),
        SZ_STUDY="my/study.yaml",
        SZ_SOURCE="live",
        SZ_REQUESTS_PER_SECOND="0.25",
        SZ_CONCURRENCY="3",
        SZ_DAILY_REQUEST_LIMIT="200",
        SZ_USER_AGENT="my-city/1.0 (+mail@example.org)",
        SZ_DBT_TARGET="duckdb",
        SZ_SIMULATION_SCALE="full",
        SZ_DOUYIN_BASE_URL="http://127.0.0.1:8080/",
        SZ_DOUYIN_COOKIE=HIDDEN,
        SZ_DOUYIN_SIGNER="my_module:sign",
    )
    assert settings.home == tmp_path / "here"
    assert (settings.study, settings.source) == ("my/study.yaml", "live")
    assert (settings.requests_per_second, settings.simulation_scale) == (0.25, "full")
    assert (settings.concurrency, settings.daily_request_limit) == (3, 200)
    assert settings.user_agent == "my-city/1.0 (+mail@example.org)"
    douyin = settings.platforms["douyin"]
    assert (douyin.base_url, douyin.signer) == ("http://127.0.0.1:8080", "my_module:sign")
    assert douyin.cookie.reveal() == HIDDEN


def test_the_environment_is_that_of_the_process(monkeypatch) -> None:
    monkeypatch.setenv("SZ_SOURCE", "live")
    assert Settings.from_environment().source == "live"


def test_the_home_is_absolute_and_knows_the_tilde(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read(SZ_HOME="~/sz").home == tmp_path / "sz"
    assert read(SZ_HOME="sz/../sz").home == Path.cwd() / "sz"


WRONG = [
    ("SZ_SOURCE", ["Simulated", "real", "live "]),
    ("SZ_DBT_TARGET", ["spark"]),
    ("SZ_SIMULATION_SCALE", ["huge"]),
    ("SZ_REQUESTS_PER_SECOND", ["0", "-1", "fast", "nan", "inf", "1001", "1,5"]),
    ("SZ_CONCURRENCY", ["0", "17", "-1", "1.5", "many", "²"]),
    ("SZ_DAILY_REQUEST_LIMIT", ["0", "-5", "all", "1e3", "9" * 12]),
    ("SZ_USER_AGENT", ["深圳", "two\nlines"]),
    (
        "SZ_DOUYIN_BASE_URL",
        [
            "www.douyin.com",
            "ftp://www.douyin.com",
            "https://",
            "https://user@www.douyin.com",
            "https://:word@www.douyin.com",
            "https://www.douyin.com?token=1",
            "https://www.douyin.com#a",
            "http://[::1",
            "http://127.0.0.1:99999",
            "file:///etc/passwd",
        ],
    ),
    (
        "SZ_CODING_LLM_BASE_URL",
        [
            "127.0.0.1:8000/v1",
            "file:///v1",
            "https://user:word@host/v1",
            "https://host/v1?token=1",
        ],
    ),
    ("SZ_HOME", ["~no_such_user_here/data", "what?/data"]),
]


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG for value in values]
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(UserError, match=rf"^{name} is .*\.$") as caught:
        read(**{name: value})
    assert "\n" not in str(caught.value)
    if name.endswith("_BASE_URL"):
        # It may hold a password, so it is not repeated.
        assert re.search("like https?://", str(caught.value))
        assert not re.search("user|word|token", str(caught.value))
    else:
        assert repr(value) in str(caught.value)


def test_a_language_model_is_off_until_its_address_is_set() -> None:
    assert read(SZ_CODING_LLM_MODEL="small", SZ_CODING_LLM_KEY=HIDDEN).language_model is None
    base_url = "http://127.0.0.1:8000/v1/"
    settings = read(
        SZ_CODING_LLM_BASE_URL=base_url, SZ_CODING_LLM_MODEL="small", SZ_CODING_LLM_KEY=HIDDEN
    )
    model = settings.language_model
    assert isinstance(model, LanguageModelSettings)
    assert (model.base_url, model.model) == ("http://127.0.0.1:8000/v1", "small")
    assert model.key.reveal() == HIDDEN
    assert HIDDEN not in repr(settings)
    for name in ("", " ", "two\nlines"):
        with pytest.raises(UserError, match=r"SZ_CODING_LLM_MODEL is .*: set it to the name"):
            read(SZ_CODING_LLM_BASE_URL=base_url, SZ_CODING_LLM_MODEL=name)


def shown_forms(value: object) -> list[str]:
    return [repr(value), str(value), f"{value}", f"{value!r}", f"{value!s}", "%s" % value]  # noqa: UP031


def test_a_secret_never_shows_itself() -> None:
    secret = Secret(HIDDEN)
    platform = PlatformSettings("http://127.0.0.1", secret)
    settings = dataclasses.replace(read(), platforms={"douyin": platform})
    for value in (secret, platform, settings, [secret], {"cookie": secret}, copy.copy(settings)):
        for form in shown_forms(value):
            assert HIDDEN not in form
            assert "Secret(set)" in form
    assert shown_forms(Secret(""))[0] == "Secret(not set)"
    assert (bool(secret), bool(Secret(""))) == (True, False)


def is_refused(write) -> str:
    with pytest.raises((TypeError, ValueError)) as caught:
        write()
    return str(caught.value)


def test_a_secret_is_not_written_anywhere() -> None:
    secret = Secret(HIDDEN)
    settings = dataclasses.replace(
        read(), platforms={"douyin": PlatformSettings("http://127.0.0.1", secret)}
    )
    attempts = [
        *(lambda protocol=p: pickle.dumps(secret, protocol) for p in range(6)),
        lambda: pickle.dumps(settings),
        lambda: copy.copy(secret),
        lambda: copy.deepcopy(settings),
        lambda: dataclasses.asdict(settings),
        lambda: json.dumps(secret),
        lambda: msgspec.json.encode(secret),
        lambda: msgspec.json.encode(settings),
        lambda: format(secret, ">99"),
        lambda: "".join([secret]),
    ]
    for attempt in attempts:
        assert HIDDEN not in is_refused(attempt)
    assert HIDDEN not in json.dumps(settings, default=str)


def test_only_the_settings_read_the_environment() -> None:
    import sz_assets

    package = Path(sz_assets.__file__).parent
    readers = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))
    }
    # These set variables for the libraries that they start, and read none of ours.
    assert readers - {"defs/dbt.py", "defs/instance.py", "contracts/evaluation.py"} == {
        "settings.py"
    }


def test_a_deployment_runs_nothing_and_keeps_everything_unless_told() -> None:
    settings = read()
    unattended, retention = settings.unattended, settings.retention
    assert (unattended.is_on, bool(unattended.notify)) == (False, False)
    assert (unattended.crawl_cron, unattended.due_cron) == ("0 3 28 * *", "0 18 28 * *")
    assert (retention.history_days, retention.release_days, retention.raw_months) == (
        365,
        None,
        None,
    )


def test_a_deployment_is_read() -> None:
    settings = read(
        SZ_SCHEDULE="on",
        SZ_CRAWL_CRON=" 30  4 1,15 * 1-5 ",
        SZ_DUE_CRON="0 0 L * *",
        SZ_NOTIFY_URLS=f"json://127.0.0.1/{HIDDEN}",
        SZ_HISTORY_DAYS="30",
        SZ_RELEASE_DAYS="90",
        SZ_RAW_MONTHS="24",
    )
    unattended, retention = settings.unattended, settings.retention
    assert (unattended.is_on, unattended.crawl_cron) == (True, "30 4 1,15 * 1-5")
    assert unattended.due_cron == "0 0 L * *"
    assert unattended.notify.reveal() == f"json://127.0.0.1/{HIDDEN}"
    assert HIDDEN not in repr(settings)
    assert (retention.history_days, retention.release_days, retention.raw_months) == (30, 90, 24)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SZ_SCHEDULE", "yes"),
        ("SZ_CRAWL_CRON", "monthly"),
        ("SZ_CRAWL_CRON", "0 3 28 *"),
        ("SZ_DUE_CRON", "0 3 28 * * *"),
        ("SZ_HISTORY_DAYS", "0"),
        ("SZ_RELEASE_DAYS", "-1"),
        ("SZ_RAW_MONTHS", "two"),
    ],
)
def test_a_wrong_deployment_is_named(name: str, value: str) -> None:
    with pytest.raises(UserError, match=f"{name} is {re.escape(repr(value))}"):
        read(**{name: value})
