"""References between published tables: whole keys, of tables that exist, and never in a circle."""

from __future__ import annotations

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.references import references

TABLES = {table.name: table for table in PUBLISHED_TABLES}


def found(name: str) -> set[str]:
    return {str(reference) for reference in references(TABLES[name])}


def test_a_reference_names_the_whole_key_of_another_table() -> None:
    for table in PUBLISHED_TABLES:
        for reference in references(table):
            assert reference.target != table.name
            target = TABLES[reference.target]
            assert reference.target_columns == target.key
            types = [table.column(name).type for name in reference.columns]
            assert types == [target.column(name).type for name in target.key]


def test_every_account_and_every_claim_leads_to_its_table() -> None:
    for table in PUBLISHED_TABLES:
        targets = {reference.target for reference in references(table)}
        if "account_id" in table.column_names and table.name != "dim_account":
            assert "dim_account" in targets
    assert found("claim_tests") == {
        "crawl_month, claim_id -> paper_comparison(crawl_month, claim_id)"
    }
    assert found("dim_account") == set()


def test_a_key_under_another_name_is_found() -> None:
    assert found("category_engagement") == {
        "exemplar_account_id -> dim_account(account_id)",
        "crawl_month, exemplar_account_id -> fct_account_month(crawl_month, account_id)",
        "crawl_month, exemplar_account_id, exemplar_video_id "
        "-> fct_video_month(crawl_month, account_id, video_id)",
    }


def test_a_video_that_is_gone_need_not_stand_among_those_of_the_month() -> None:
    targets = {reference.target for reference in references(TABLES["video_growth"])}
    assert targets == {"dim_account", "fct_account_month"}
