"""What a run says at its end: what went wrong, or what was made and where.

Here: the words. Not here: how a run ends (`defs.run`).
"""

from __future__ import annotations

import json
from datetime import date

import click

from sz_assets.defs.outcomes import RunOutcome
from sz_assets.publish.months import reports_made_before
from sz_assets.storage import Home


def tell(outcome: RunOutcome, home: Home, month: date, *, debug: bool) -> None:
    """Print how the run ended; `month` is the last of its months."""
    for line in outcome.open_lists:
        click.echo(line, err=True)
    for run_id in outcome.ended_before:
        click.echo(f"An earlier run ({run_id[:8]}) had been killed; it is closed now.", err=True)
    for warning in outcome.warnings:
        click.echo(f"Warning: {warning}", err=True)
    for failure in outcome.failures:
        click.echo(f"Error: {failure}", err=True)
    if debug:
        for traceback in outcome.tracebacks:
            click.echo(traceback, err=True)
    if outcome.failures:
        return
    current = home.current
    click.echo("Made:")
    click.echo(f"  report     {current / 'reports' / f'{month:%Y-%m}.html'}")
    click.echo(f"  warehouse  {current / 'warehouse.duckdb'}")
    click.echo(f"  dictionary {current / 'dictionary' / 'index.html'}")
    click.echo(f"  charts     {home.charts_of(month)}")
    for late, before in reports_made_before(home).items():
        click.echo(
            f"The report of {late:%Y-%m} was made before the data of {before:%Y-%m} with which it "
            f"compares: sz-assets run --month {late:%Y-%m} makes it anew."
        )
    origins = json.loads((current / "manifest.json").read_bytes())["data_origins"]
    if origins == ["simulated"]:
        click.echo("From the embedded platform: all of it is simulated data.")
    elif "simulated" in origins:
        click.echo("Simulated and real months stand side by side: data_origin tells them apart.")
