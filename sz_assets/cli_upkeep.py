"""`sz-assets prune`: removing what is older than it is to be kept.

Here: commands, their help, and what is printed. Not here: any work (`defs.upkeep`).
"""

from __future__ import annotations

import click

from sz_assets.cli_output import examples, opened, settings


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
