"""Small studies and platforms with which months can be broken on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

SMALL_STUDY = """\
id: small
name: {zh: 小, en: Small}
first_crawl_month: 2023-01
accounts:
  - id: shenzhen_health_commission
    platform: douyin
    platform_account_id: SIMULATED-shenzhen_health_commission
    name: {zh: 深圳卫健委, en: Shenzhen Health Commission}
  - id: shenzhen_swat
    platform: douyin
    platform_account_id: SIMULATED-shenzhen_swat
    name: {zh: 深圳特警, en: Shenzhen SWAT}
"""


@pytest.fixture
def small_study(tmp_path: Path) -> Path:
    """A study of two accounts that the embedded platform knows."""
    path = tmp_path / "small" / "study.yaml"
    path.parent.mkdir()
    path.write_text(SMALL_STUDY, encoding="utf-8")
    return path


@contextmanager
def refusing_server(snapshot: Any, refused: Collection[str]) -> Iterator[str]:
    """The embedded platform's answers, but 403 for the lists of some accounts."""
    from sz_assets.simulation import answers

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            account = query["sec_user_id"]
            is_list = "/post/" in parts.path
            if is_list and account.removeprefix("SIMULATED-") in refused:
                status, body = 403, b"<html>blocked</html>"
            elif is_list:
                numbers = int(query["max_cursor"]), int(query["count"])
                status, body = 200, answers.page(snapshot, account, *numbers)
            else:
                status, body = 200, answers.profile(snapshot, account)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class RefusingPlatforms:
    """The role `platforms`: everything is shown but the lists of the accounts in `refused`."""

    def __init__(self, *refused: str) -> None:
        self.refused = refused

    def can_show(self, crawl_month: Any) -> bool:
        return True

    @contextmanager
    def plan(self, crawl_month: Any, accounts: Any) -> Iterator[Any]:
        from sz_assets.crawl.plan import CrawlPlan
        from sz_assets.settings import PlatformSettings
        from sz_assets.simulation.catalogue import build_catalogue
        from sz_assets.simulation.clock import observation_instant

        instant = observation_instant(crawl_month, "Asia/Shanghai")
        with refusing_server(build_catalogue("default").as_of(instant), self.refused) as base_url:
            yield CrawlPlan(
                crawl_month=crawl_month,
                accounts=tuple(accounts),
                origin="simulated",
                platforms={"douyin": PlatformSettings(base_url=base_url)},
                clock=lambda: instant,
                requests_per_second=None,
                concurrency=4,
            )


@pytest.fixture
def refusing() -> Callable[..., RefusingPlatforms]:
    return RefusingPlatforms


def _materialize(home: Any, *keys: str, month: str = "2023-10") -> Any:
    """Build these assets and run their checks, as a run of the UI would."""
    import dagster as dg

    from sz_assets.definitions import build_defs
    from sz_assets.defs.instance import open_instance
    from sz_assets.settings import Settings

    built = build_defs(Settings.from_environment({"SZ_HOME": str(home.root)}))
    with open_instance(home) as instance:
        return built.resolve_job_def("month").execute_in_process(
            instance=instance,
            partition_key=month,
            asset_selection=[dg.AssetKey(key.split("/")) for key in keys],
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )


@pytest.fixture(scope="session")
def materialize() -> Callable[..., Any]:
    return _materialize


def _change_body(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change the first stored body of an attempt, and leave its hash as it was taken."""
    import polars as pl

    frame = pl.read_parquet(path, glob=False, hive_partitioning=False)
    bodies = frame["body"].to_list()
    bodies[0] = change(bodies[0])
    frame = frame.with_columns(pl.Series("body", bodies, pl.Binary))
    frame.write_parquet(path, compression="zstd", row_group_size=64)


@pytest.fixture
def change_body() -> Callable[..., None]:
    return _change_body


@pytest.fixture
def manifest() -> Callable[[Any], dict[str, Any]]:
    """The manifest of the home's current release."""
    return lambda home: json.loads((home.current / "manifest.json").read_text(encoding="utf-8"))
