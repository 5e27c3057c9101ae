"""One month, run once: the study's figures, every check, and the release as readers see it.

Longer than 300 lines: a run takes seconds, so all that looks at one stands here.
"""

from __future__ import annotations

import json
import struct
from contextlib import closing
from datetime import date

import duckdb
import polars as pl
import pytest

from sz_assets.contracts.core import (
    CRAWL_COVERAGE,
    DUPLICATE_ITEMS,
    REJECTED_ITEMS,
    VIDEOS,
)
from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.core.claims import OPTIONAL_TABLES, marts_needed
from sz_assets.storage import Lake
from sz_assets.study import NotTestable
from sz_assets_tests.bundled import shenzhen

MONTH = date(2023, 10, 1)
METRICS = ["duration_seconds", "like_count", "favorite_count", "share_count", "comment_count"]

# The published warehouse as it was agreed on with its readers; written by hand.
COLUMNS = {
    "dim_account": """account_id platform platform_account_id name_zh name_en field
        is_enterprise_verified is_government_verified verification_reason is_eligible
        eligibility_reason""",
    "fct_account_month": """crawl_month account_id follower_count platform_video_count
        total_like_count video_count published_in_month_count coverage_verdict coverage_reason
        data_origin""",
    "fct_video_month": """crawl_month account_id video_id observed_at published_at title hashtags
        media_type duration_seconds like_count favorite_count share_count comment_count play_count
        is_pinned like_rank is_in_sample primary_category secondary_category coding_method url
        raw_page_sha256 raw_item_index data_origin""",
    "engagement_summary": """crawl_month population metric video_count missing_count mean std_dev
        min p10 q1 median q3 p90 p99 max gini below_500_count below_500_ratio""",
    "publishing_by_year": "crawl_month population published_year video_count",
    "publishing_by_hour": """crawl_month population weekday hour video_count
        median_like_count""",
    "account_engagement": """crawl_month population account_id video_count h_index
        mean_duration_seconds median_duration_seconds mean_like_count median_like_count
        mean_favorite_count median_favorite_count mean_share_count median_share_count
        mean_comment_count median_comment_count""",
    "category_engagement": """crawl_month primary_category secondary_category video_count
        video_share_ratio like_share_ratio median_duration_seconds median_like_count
        median_favorite_count median_share_count median_comment_count exemplar_video_id
        exemplar_title exemplar_account_id""",
    "video_growth": """crawl_month account_id video_id previous_crawl_month days_between
        like_growth favorite_growth share_growth comment_growth is_new is_gone""",
    "paper_comparison": """crawl_month claim_id section statement published_value computed_value
        unit difference verdict note""",
}
# What the warehouse has beyond that.
MORE_COLUMNS = {
    "fct_video_month": """published_year weekday hour coverage_verdict secondary_categories
        coding_confidence codebook_version""",
    "account_engagement": "total_like_count coverage_verdict",
    "video_growth": "age_days like_count is_fallen coverage_verdict data_origin",
    **dict.fromkeys(
        (
            "engagement_summary",
            "publishing_by_year",
            "publishing_by_hour",
        ),
        "incomplete_accounts",
    ),
    "category_engagement": "human_coded_count incomplete_accounts",
    "paper_comparison": "coding_reliability incomplete_accounts",
}
MORE_TABLES = {
    "engagement_histogram", "duration_engagement", "growth_summary", "video_age_passage",
    "engagement_description", "lorenz_curve", "tail_fits", "engagement_effects",
    "engagement_at_age", "publishing_trend", "event_effects", "changepoints", "account_indexes",
    "consistency_findings", "claim_tests", "category_specialisation", "coding_reliability",
    "machine_evaluation", "category_prevalence", "breakout_videos",
}  # fmt: skip


@pytest.fixture(scope="module")
def lake(october) -> Lake:
    return Lake(october.home.lake)


@pytest.fixture(scope="module")
def ask(october):
    """Rows of a query on the release, opened as a reader does."""

    def query(sql: str) -> list[tuple]:
        path = october.home.current / "warehouse.duckdb"
        with closing(duckdb.connect(str(path), read_only=True)) as connection:
            return connection.execute(sql).fetchall()

    return query


@pytest.mark.parametrize(
    ("metric", "mean", "least", "most", "below_500"),
    [
        ("duration_seconds", 56, 4, 640, None),
        ("like_count", 116_000, 122, 73_450_000, None),
        ("favorite_count", 989, 0, 108_000, 1_647),
        ("share_count", 6_552, 0, 385_000, None),
        ("comment_count", 8_103, 0, 714_000, 1_560),
    ],
)
def test_the_published_figures_come_out(ask, metric, mean, least, most, below_500) -> None:
    [(count, missing, found_mean, found_least, found_most, below, ratio)] = ask(
        f"""select video_count, missing_count, mean, min, max, below_500_count, below_500_ratio
        from engagement_summary
        where crawl_month = '2023-10-01' and population = 'sample' and metric = '{metric}'"""
    )
    assert (count, missing) == (2_580, 0)
    assert found_mean == pytest.approx(mean, rel=1e-12)
    assert (found_least, found_most) == (least, most)
    if below_500 is not None:
        assert below == below_500
        assert ratio == pytest.approx(below_500 / 2_580)


def test_the_figures_are_those_of_the_videos(ask) -> None:
    """Computed anew from the rows of the release, by nothing of ours."""
    for metric in METRICS:
        [values] = ask(f"select list({metric} order by {metric}) from fct_video_month "
                       "where is_in_sample")  # fmt: skip
        x = [float(value) for value in values[0]]
        n = len(x)
        [(mean, deviation, median, gini)] = ask(
            "select mean, std_dev, median, gini from engagement_summary "
            f"where population = 'sample' and metric = '{metric}'"
        )
        average = sum(x) / n
        assert mean == pytest.approx(average)
        assert deviation == pytest.approx((sum((v - average) ** 2 for v in x) / (n - 1)) ** 0.5)
        assert median == (x[n // 2 - 1] + x[n // 2]) / 2
        weighted = sum((2 * i - n - 1) * v for i, v in enumerate(x, start=1))
        assert gini == pytest.approx(weighted / (n * sum(x)))


def test_the_sample_is_200_of_each_account_and_all_180_of_one(ask) -> None:
    counts = ask("select count(*) from fct_video_month where is_in_sample group by account_id")
    assert sorted(count for (count,) in counts) == [180] + [200] * 12
    [(all_videos,)] = ask("select count(*) from fct_video_month")
    assert 4_000 < all_videos < 6_000


def test_years_rise_to_2021_and_fall(ask) -> None:
    years = dict(
        ask("select published_year, video_count from publishing_by_year where population='sample'")
    )
    counts = [years[year] for year in range(2017, 2024)]
    assert sum(counts) == sum(years.values()) == 2_580
    assert counts == sorted(counts[:5]) + sorted(counts[5:], reverse=True)
    assert counts[4] > counts[5]


def test_most_videos_last_4_to_20_seconds(ask) -> None:
    [(short,)] = ask("select count(*) from fct_video_month where is_in_sample "
                     "and duration_seconds between 4 and 20")  # fmt: skip
    assert short > 2_580 / 2


def test_every_item_is_accounted_for(lake: Lake, ask) -> None:
    coverage = lake.read(CRAWL_COVERAGE, MONTH)
    paths = [
        path
        for account in lake.accounts(ACCOUNT_PAGES, MONTH)
        for path in lake.attempts(ACCOUNT_PAGES, MONTH, account)
    ]
    pages = lake.read_attempts(ACCOUNT_PAGES, paths)
    # Items as the bytes say, not as anything of ours counted them.
    items = sum(len(json.loads(body)["aweme_list"]) for body in pages["body"])
    tables = [lake.read(table, MONTH) for table in (VIDEOS, DUPLICATE_ITEMS, REJECTED_ITEMS)]
    assert items == sum(table.height for table in tables) == coverage["item_count"].sum()
    for table, column in zip(tables, ("video", "duplicate", "rejected"), strict=True):
        counts = dict(table.group_by("account_id").len().rows())
        for account, count in coverage.select("account_id", f"{column}_count").rows():
            assert counts.get(account, 0) == count
    assert ask("select count(*) from fct_video_month") == [(tables[0].height,)]
    assert set(coverage["coverage_verdict"]) == {"complete"}


def test_every_check_was_evaluated_and_passed(october, defs_of_month) -> None:
    evaluations = october.checks()
    expected = {
        (key.asset_key.to_user_string(), key.name)
        for key in defs_of_month.resolve_asset_graph().asset_check_keys
    }
    assert {(asset, name) for asset, name, _ in evaluations} == expected
    # dbt's own tests are of the whole table.
    months = {month for asset, _, month in evaluations if not asset.startswith("engagement/")}
    assert months == {"2023-10"}
    assert ("engagement/engagement_summary", "values", "2023-10") in evaluations
    failed = [key for key, evaluation in evaluations.items() if not evaluation.passed]
    assert failed == []


def test_checks_show_each_expectation_with_its_numbers(october) -> None:
    check = october.checks()["core/videos", "values", "2023-10"]
    rows = [record.data for record in check.metadata["expectations"].records]
    [likes] = [r for r in rows if "column=like_count, min" in r["expectation"]]
    assert (likes["holds"], likes["failing"], likes["severity"]) == (True, 0, "block")
    assert likes["checked"] > 4_000
    assert check.description == f"All {len(rows)} expectations hold."


def test_every_asset_was_built(october, defs_of_month) -> None:
    keys = defs_of_month.resolve_asset_graph().get_all_asset_keys()
    assert october.materialized() == {key.to_user_string() for key in keys}


@pytest.fixture(scope="module")
def defs_of_month(october):
    from sz_assets.definitions import build_defs
    from sz_assets.settings import Settings

    return build_defs(Settings.from_environment({"SZ_HOME": str(october.home.root)}))


def test_the_release_has_the_tables_and_columns_agreed_on(ask) -> None:
    found: dict[str, set[str]] = {}
    for table, column in ask("select table_name, column_name from duckdb_columns() "
                             "where database_name = current_database()"):  # fmt: skip
        found.setdefault(table, set()).add(column)
    assert set(found) == set(COLUMNS) | MORE_TABLES
    for table, text in COLUMNS.items():
        assert found[table] == {*text.split(), *MORE_COLUMNS.get(table, "").split()}, table
    assert ask("select distinct schema_name from duckdb_tables()") == [("main",)]
    types = {kind for (kind,) in ask("select distinct data_type from duckdb_columns() "
                                     "where database_name = current_database()")}  # fmt: skip
    assert types == {
        "BIGINT", "BOOLEAN", "DATE", "DOUBLE", "TIMESTAMP", "VARCHAR", "VARCHAR[]",
    }  # fmt: skip


def test_every_table_and_column_is_explained_and_simulated_data_are_called_so(ask) -> None:
    for table, comment in ask("select table_name, comment from duckdb_tables()"):
        assert comment is not None, table
        assert comment.startswith("Simulated data (模拟数据). "), table
    bare = ask(
        "select table_name, column_name from duckdb_columns() "
        "where database_name = current_database() and coalesce(comment, '') = ''"
    )
    assert bare == []
    [(unit,)] = ask("select comment from duckdb_columns() where table_name = 'fct_video_month' "
                    "and column_name = 'duration_seconds'")  # fmt: skip
    assert "Unit: seconds." in unit
    assert ask("select distinct data_origin from fct_video_month") == [("simulated",)]


def test_the_release_can_be_read_by_older_clients_and_written_by_nobody(october) -> None:
    path = october.home.current / "warehouse.duckdb"
    with path.open("rb") as file:
        header = file.read(20)
    magic, version = struct.unpack("<8x4sQ", header)
    assert (magic, version) == (b"DUCK", 67)
    assert path.stat().st_mode & 0o222 == 0
    with (
        closing(duckdb.connect(str(path), read_only=True)) as connection,
        pytest.raises(duckdb.Error, match="read-only"),
    ):
        connection.execute("delete from dim_account")
    assert not list(path.parent.glob("*.wal"))


def test_a_second_reader_reads_beside_the_first(october) -> None:
    path = str(october.home.current / "warehouse.duckdb")
    with closing(duckdb.connect(path, read_only=True)) as one:
        rows = one.execute("select count(*) from dim_account").fetchall()
        with closing(duckdb.connect(path, read_only=True)) as other:
            assert other.execute("select count(*) from dim_account").fetchall() == rows == [(13,)]


def test_current_is_a_link_to_the_release_of_the_run(october) -> None:
    current = october.home.current
    assert current.is_symlink()
    assert str(current.readlink()) == f"releases/{october.outcome.run_id}"
    assert [path.name for path in october.home.releases.iterdir()] == [october.outcome.run_id]
    assert sorted(path.name for path in current.iterdir()) == [
        "data",
        "dictionary",
        "index.html",
        "manifest.json",
        "reports",
        "warehouse.duckdb",
    ]


def test_the_manifest_says_what_the_release_is(october, ask) -> None:
    manifest = json.loads((october.home.current / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["run_id"] == october.outcome.run_id
    assert (manifest["study"], manifest["simulated"]) == ("shenzhen", True)
    assert (manifest["crawl_months"], manifest["data_origins"]) == (["2023-10-01"], ["simulated"])
    assert manifest["storage_version"] == "v1.4.0"
    assert manifest["versions"]["duckdb"] == duckdb.__version__
    assert set(manifest["tables"]) == set(COLUMNS) | MORE_TABLES
    for table, facts in manifest["tables"].items():
        assert ask(f"select count(*) from {table}") == [(facts["rows"],)]
        assert len(facts["row_md5_xor"]) == 32


def test_every_claim_of_the_paper_has_a_verdict(ask) -> None:
    claims = {claim.id: claim for claim in shenzhen().claims}
    rows = ask("select claim_id, verdict, published_value, computed_value, difference, note "
               "from paper_comparison")  # fmt: skip
    assert {row[0] for row in rows} == set(claims)
    assert len(rows) == len(claims) > 20
    verdicts = {row[0]: row[1] for row in rows}
    assert set(verdicts.values()) <= {"reproduced", "differs", "contradicted", "not_testable"}
    computable = {
        name
        for name, claim in claims.items()
        if not isinstance(claim.measure, NotTestable)
        and not set(marts_needed([claim])) & set(OPTIONAL_TABLES)
    }
    assert "not_testable" not in {verdicts[name] for name in computable}
    assert sum(verdicts[name] == "reproduced" for name in computable) > 0.75 * len(computable)
    for claim_id, verdict, published, computed, difference, note in rows:
        assert published == claims[claim_id].published_value
        assert note, claim_id
        if verdict == "reproduced" and published is not None:
            assert difference == pytest.approx(computed - published)


def test_the_report_stands_in_the_release_and_says_simulated(october) -> None:
    page = (october.home.current / "reports" / "2023-10.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 6
    assert "simulated" in page.lower()
    assert "模拟" in page
    index = (october.home.current / "index.html").read_text(encoding="utf-8")
    assert 'href="reports/2023-10.html"' in index
    charts = october.home.charts_of(MONTH)
    figures = [f"figure_{n}" for n in range(1, 7)] + ["table_1", "table_2"]
    further = "lorenz account_comparison publishing_heatmap duration_likes growth age_trend "
    further += "effects claims"
    for name in (*figures, *further.split()):
        for kind in ("json", "svg", "png", "html"):
            assert (charts / f"{name}.{kind}").stat().st_size > 1_000


def test_nothing_else_lies_in_the_home(october) -> None:
    root = october.home.root
    assert sorted(path.name for path in root.iterdir()) == [
        "artifacts", "dagster", "kept", "lake", "locks", "published", "warehouse",
    ]  # fmt: skip
    left = [p for p in root.rglob("*") if p.name.endswith(".tmp") or p.name.startswith(".")]
    assert left == []


def test_no_page_holds_a_secret_or_an_address_beyond_this_machine(lake: Lake) -> None:
    paths = [
        path
        for account in lake.accounts(ACCOUNT_PAGES, MONTH)
        for path in lake.attempts(ACCOUNT_PAGES, MONTH, account)
    ]
    urls = lake.read_attempts(ACCOUNT_PAGES, paths, with_bodies=False)["url"]
    assert urls.str.starts_with("http://127.0.0.1:").all()
    assert isinstance(urls, pl.Series)
