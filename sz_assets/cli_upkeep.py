"""`sz-assets verify`, `prune` and `erase`: whether all is there, and removing what is not to be.

Here: commands, their help, and what is printed. Not here: any work (`verify`, `defs.upkeep`,
`erasing`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sz_assets.cli_output import examples, opened, safe, settings, settings_and_study
from sz_assets.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


@click.command(epilog=examples("verify"))
def verify() -> None:
    """Recompute every hash, of stored answers and of people's codes, and look for what is missing.

    Each item of an answer must be in exactly one table, and each import of codes must be there.
    """
    from sz_assets.erasing.records import erasures
    from sz_assets.retention import all_retired
    from sz_assets.storage import Home, Lake
    from sz_assets.verify import verify_coding, verify_lake

    found, _ = settings_and_study()
    home = Home(found.home)
    problems = months = 0
    for month in verify_lake(Lake(home.lake)):
        click.echo(month.line())
        months += 1
        for problem in month.problems:
            click.echo(f"  {problem}", err=True)
            problems += 1
    for gone in all_retired(Lake(home.lake)):
        click.echo(gone.line())
        months += 1
    for of_month, erasure in erasures(Lake(home.lake)):
        click.echo(erasure.line(of_month))
    codes = verify_coding(home)
    if not codes.is_empty:
        click.echo(codes.line())
        for line in (*codes.notes, *codes.problems):
            click.echo(f"  {safe(line)}", err=True)
        months, problems = months + 1, problems + len(codes.problems)
    if problems:
        noun = "problem" if problems == 1 else "problems"
        raise UserError(f"{problems} {noun} found; each is named above.")
    if not months:
        click.echo(f"Nothing is stored in {home.root} yet.")


@click.command(epilog=examples("prune --dry-run", "prune"))
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def prune(dry_run: bool) -> None:
    """Remove run history, releases and stored answers that are too old.

    SZ_HISTORY_DAYS, SZ_KEPT_RELEASES, SZ_RELEASE_DAYS and SZ_RAW_MONTHS say what is. The release
    that readers see, the last run of each month, and the tables of a month whose answers are
    removed stay. With SZ_SCHEDULE=on it is done once a day.
    """
    from datetime import UTC, datetime

    from sz_assets.defs import upkeep
    from sz_assets.defs.instance import open_instance
    from sz_assets.defs.run import refuse_company

    study, home, _ = opened(to_write=True)
    with home.lock("run", "sz-assets prune"), open_instance(home) as instance:
        refuse_company(instance, home)
        pruned = upkeep.prune(instance, study, settings(), datetime.now(tz=UTC), dry_run=dry_run)
    for line in upkeep.lines(pruned, dry_run=dry_run):
        click.echo(line)


@click.command(
    epilog=examples("erase --account my_account --dry-run", "erase --account my_account")
)
@click.option("--account", "account_id", required=True, help="The account's id in the study.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def erase(account_id: str, dry_run: bool) -> None:
    """Remove an account from every layer, build the rest anew, and look into every file for it.

    Take it out of the study file first, or it would be crawled again. Nothing brings it back.
    Copies outside the home, such as backups and exported releases, are not reached. Stopped in
    between, the same command goes on.
    """
    from datetime import UTC, datetime

    from sz_assets.definitions import build_defs
    from sz_assets.defs.instance import open_instance
    from sz_assets.defs.run import refuse_company, run_months
    from sz_assets.erasing import erase as erasing

    study, home, _ = opened()
    today = datetime.now(tz=UTC).date()
    if dry_run:
        for line in erasing.plan_erasure(home, study, account_id, today).lines():
            click.echo(safe(line))
        return

    def rebuild(months: Sequence[date]) -> None:
        # Gaps that a month was published with are gaps still.
        outcome = run_months(lambda: build_defs(settings()), home, months, allow_partial=True)
        if outcome.failures:
            raise UserError(
                f"What is left could not be built anew ({outcome.failures[0]}): mend that, then "
                "give the same command again."
            )

    with open_instance(home) as instance:
        refuse_company(instance, home)
    done = erasing.erase(
        home,
        study,
        account_id,
        rebuild=rebuild,
        today=today,
        told=lambda text: click.echo(safe(text)),
    )
    for line in (*done.plan.lines(), *done.notes, done.proof.line()):
        click.echo(safe(line))
