"""Which of a month's attempts at an account counts.

Here: the rule. Not here: reading attempts from the lake (`crawl.stored`).
"""

from __future__ import annotations

import polars as pl

from sz_assets.core.coverage import EVIDENCE_COLUMNS, Answer, judge


def choose_attempts(pages: pl.DataFrame, profiles: pl.DataFrame) -> dict[str, str]:
    """The id of the attempt that counts, by account id.

    Takes all rows of the month's raw tables (bodies are not needed). Attempt ids sort by time.
    The newest complete attempt counts; if none is complete, the one with the most pages, so that
    asking again never loses any; of equals the newest. Attempts are never mixed: an import names
    all the files that make up an account's list, so a later import takes the place of earlier
    ones whatever their size.
    """
    chosen: dict[str, tuple[bool, int, str]] = {}
    for account_id, attempt_id, answers in _attempts(pages, profiles):
        pages_obtained = [answer for answer in answers if answer.outcome == "ok"]
        is_import = any(answer.data_origin.startswith("import:") for answer in answers)
        is_complete = judge(answers).verdict == "complete"
        # Pages decide only among crawls that were cut short.
        size = min(len(pages_obtained), 1) if is_complete or is_import else len(pages_obtained)
        best = chosen.get(account_id)
        if best is None or (is_complete, size, attempt_id) > best:
            chosen[account_id] = (is_complete, size, attempt_id)
    return {account_id: attempt_id for account_id, (_, _, attempt_id) in chosen.items()}


def choose_profiles(profiles: pl.DataFrame, chosen: dict[str, str]) -> pl.DataFrame:
    """The one profile answer that counts of each account that has any.

    It is the last one of the attempt that counts or, if that has none, the newest of the month:
    a profile can be imported after the videos, and outlasts a later attempt that was refused.
    """
    attempts = pl.DataFrame(
        {"account_id": list(chosen), "chosen": list(chosen.values())},
        schema={"account_id": pl.String, "chosen": pl.String},
    )
    return (
        profiles.filter(pl.col("outcome") == "ok")
        .join(attempts, on="account_id", how="left")
        .with_columns(is_chosen=pl.col("attempt_id").eq_missing(pl.col("chosen")))
        .sort("account_id", "is_chosen", "attempt_id", "request_number")
        .group_by("account_id", maintain_order=True)
        .last()
        .select(profiles.columns)
    )


def of_attempts(rows: pl.DataFrame, chosen: dict[str, str]) -> pl.DataFrame:
    """Those rows of a raw table that belong to the attempts that count, in their order."""
    wanted = pl.DataFrame(
        {"account_id": list(chosen), "attempt_id": list(chosen.values())},
        schema={"account_id": pl.String, "attempt_id": pl.String},
    )
    return rows.join(wanted, on=["account_id", "attempt_id"], how="semi", maintain_order="left")


def _attempts(pages: pl.DataFrame, profiles: pl.DataFrame) -> list[tuple[str, str, list[Answer]]]:
    key = ["account_id", "attempt_id"]
    answers = {
        names: [Answer(*row) for row in group.select(EVIDENCE_COLUMNS).iter_rows()]
        for names, group in pages.partition_by(key, as_dict=True).items()
    }
    names = pl.concat([pages.select(key), profiles.select(key)]).unique().sort(key)
    return [(*name, answers.get(name, [])) for name in names.iter_rows()]


def complete_accounts(pages: pl.DataFrame, profiles: pl.DataFrame) -> set[str]:
    """Ids of the accounts of which some attempt of the month is complete."""
    return {
        account_id
        for account_id, _, answers in _attempts(pages, profiles)
        if judge(answers).verdict == "complete"
    }
