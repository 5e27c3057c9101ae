"""`sz-assets`: the command line.

Here: commands, their help, what is printed, and exit codes. Not here: any work (`defs`, `crawl`).
Everything heavy is imported by the command that needs it, so that --help comes at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import sz_assets
from sz_assets.cli_coding import coding
from sz_assets.cli_output import examples, safe, settings_and_study
from sz_assets.cli_releases import releases
from sz_assets.cli_ui import ui
from sz_assets.cli_upkeep import erase, prune, verify
from sz_assets.errors import UserError

if TYPE_CHECKING:
    from datetime import date


_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Cli(click.Group):
    """Shows one sentence for what a user can mend, and a traceback only if asked for."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        # 2, which Click gives to a wrong option, says here that a crawl is incomplete.
        click.UsageError.exit_code = UserError.exit_code
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            if ctx.params.get("debug"):
                raise
            click.echo(f"Error: {safe(str(error))}", err=True)
            ctx.exit(error.exit_code)
        except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
            raise  # Click ends in silence where the reader, such as head, has read enough.
        except KeyboardInterrupt:
            click.echo("Stopped. What was stored is kept; the same command goes on.", err=True)
            ctx.exit(130)
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            click.echo(
                f"Error: {type(error).__name__}: {safe(str(error))} (sz-assets --debug shows "
                "where; if it is not your data, it is our mistake).",
                err=True,
            )
            ctx.exit(1)


@click.group(cls=_Cli, context_settings=_CONTEXT)
@click.version_option(sz_assets.__version__, "-V", "--version")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def main(debug: bool) -> None:
    """A city's official short-video accounts: crawled monthly, measured, explained.

    Settings come from the environment (SZ_HOME, SZ_STUDY, SZ_SOURCE …); sz-assets doctor shows
    them. Exit codes: 0 done, 1 failed, 2 a crawl was refused or is incomplete.
    """


for command in (ui, coding, releases, verify, prune, erase):
    main.add_command(command)


def _months_options(command: Callable[..., None]) -> Callable[..., None]:
    @click.option("--recrawl", is_flag=True, help="Fetch again what is stored completely.")
    @click.option(
        "--allow-partial", is_flag=True, help="Go on although lists are refused or cut short."
    )
    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        command(*args, **kwargs)

    return wrapped


@main.command(epilog=examples("run", "run --month 2023-10"))
@click.option(
    "--month",
    help="Crawl month, like 2023-10. By default the current month, and on the embedded platform "
    "the month of the published study.",
)
@_months_options
def run(month: str | None, recrawl: bool, allow_partial: bool) -> None:
    """Crawl a month and build everything: tables, checks, charts, report, warehouse."""
    from datetime import UTC, datetime

    from sz_assets.defs.months import check_month, current_month, to_month

    settings, study = settings_and_study()
    now = datetime.now(tz=UTC)
    if month:
        chosen = check_month(study, to_month(month), now)
    elif settings.source == "simulated" and study.published_crawl_month:
        chosen = study.published_crawl_month
    else:
        chosen = current_month(study, now)
    _run([chosen], recrawl, allow_partial)


@main.command(epilog=examples("backfill --from 2023-01 --to 2023-10"))
@click.option("--from", "first", required=True, help="First crawl month, like 2023-01.")
@click.option("--to", "last", required=True, help="Last crawl month, like 2023-10.")
@_months_options
def backfill(first: str, last: str, recrawl: bool, allow_partial: bool) -> None:
    """Build a range of crawl months in one run.

    What is stored of a month is used. A live platform shows only today's counters, so only the
    current month can be fetched; the embedded platform can be asked as of any month.
    """
    from datetime import UTC, datetime

    from sz_assets.defs.months import check_month, months_between, to_month

    _, study = settings_and_study()
    now = datetime.now(tz=UTC)
    months = months_between(
        check_month(study, to_month(first), now), check_month(study, to_month(last), now)
    )
    _run(months, recrawl, allow_partial)


@main.command(
    "import",
    epilog=examples(
        "import --month 2024-03 --format douyin posts/*.json profiles.json",
        "import --month 2024-03 --account shenzhen_swat pages/*.json",
    ),
)
@click.option("--month", required=True, help="Crawl month in which the counters were observed.")
@click.option(
    "--format", "format_name", default="douyin", show_default=True, help="Kind of file: douyin."
)
@click.option("--account", help="Account of all files; by default the author of most items.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def import_(month: str, format_name: str, account: str | None, paths: tuple[Path, ...]) -> None:
    """Store saved responses as raw pages of a crawl month.

    PATHS are files of JSON or NDJSON: lists or pages of video items, and profiles. An account
    needs a profile to be eligible for the sample. Nothing is built: run the month afterwards.
    """
    from datetime import UTC, datetime

    from sz_assets.crawl.import_files import import_files
    from sz_assets.defs.months import check_month, to_key, to_month
    from sz_assets.storage import Home, Lake

    settings, study = settings_and_study()
    now = datetime.now(tz=UTC)
    chosen = check_month(study, to_month(month), now)
    home = Home(settings.home)
    home.prepare()
    with home.lock("run", f"import of {to_key(chosen)}"):
        home.claim_for(study.id)
        result = import_files(
            study, Lake(home.lake), chosen, list(paths),
            format_name=format_name, account_id=account, imported_at=now,
        )  # fmt: skip
    for imported in result.accounts:
        state = "stored" if imported.is_new else "already stored"
        click.echo(
            f"{imported.account_id}: {imported.item_count} items, {imported.profile_count} "
            f"profiles {state} ({', '.join(imported.file_names)})"
        )
    if result.foreign_profile_count:
        click.echo(f"{result.foreign_profile_count} profiles are of no account of the study.")
    click.echo(f"Next: sz-assets run --month {to_key(chosen)}")


@main.command(epilog=examples("doctor"))
def doctor() -> None:
    """Show settings, study, disk and versions, and what is wrong with them."""
    from sz_assets.doctor import examine

    findings = examine()
    for finding in findings:
        click.echo(f"{'ok' if finding.is_ok else '!!':3} {finding.subject}: {finding.text}")
    if not all(finding.is_ok for finding in findings):
        sys.exit(1)


def _run(months: list[date], recrawl: bool, allow_partial: bool) -> None:
    from sz_assets import crew, garbage
    from sz_assets.defs.stopping import interrupts_noticed
    from sz_assets.progress import StepBar

    garbage.look_rarely()
    settings, _ = settings_and_study()
    shared = ("great_expectations", "altair", "vl_convert")
    with StepBar() as bar, crew.started(shared, apart=("dbt.adapters.duckdb", "dbt.cli.main")):
        with interrupts_noticed() as was_interrupted:
            from sz_assets.defs.run import load_ahead, run_months

            load_ahead()
            from sz_assets.definitions import build_defs
            from sz_assets.defs.telling import tell
            from sz_assets.storage import Home

            if was_interrupted():  # ignored where it came within an import's callback
                raise KeyboardInterrupt
        outcome = run_months(
            lambda: build_defs(settings),
            Home(settings.home),
            months,
            recrawl=recrawl,
            allow_partial=allow_partial,
            on_progress=bar.step,
            on_note=bar.note,
        )
    debug = click.get_current_context().find_root().params["debug"]
    tell(outcome, Home(settings.home), months[-1], debug=debug)
    if outcome.exit_code:
        sys.exit(outcome.exit_code)


def entry() -> None:
    """The console command: `main`, then out without taking every loaded module apart first.

    That takes Python two seconds after a run, and everything that matters is on disk by then.
    """
    import atexit
    import os

    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
