"""`sz-assets ui`: Dagster's pages, for who works with them and for who only reads.

Here: the command, its help, and what is printed. Not here: any work (`defs.ui`).
"""

from __future__ import annotations

import click

from sz_assets.cli_output import examples, settings_and_study


@click.command(
    epilog=examples(
        "ui",
        "ui --read-only --port 3001",
        "ui --public-url https://sz.example.org:8443",
    )
)
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--read-only",
    is_flag=True,
    help="Only show: nothing can be started or changed, and no schedule runs. May stand beside "
    "another UI, or a running command, on the same home.",
)
@click.option(
    "--public-url",
    metavar="URL",
    help="Where a proxy on this machine, with passwords and TLS, shows this UI (docs/ui.md).",
)
def ui(port: int, read_only: bool, public_url: str | None) -> None:
    """Open Dagster on 127.0.0.1: the graph, runs, checks, charts and the schedule."""
    from sz_assets import garbage

    garbage.look_rarely()
    from sz_assets.defs.ui import serve_ui
    from sz_assets.storage import Home

    # A wrong study is told in its own sentence, before anything starts.
    found, _ = settings_and_study()
    home = Home(found.home)
    home.prepare()
    click.echo("Starting …", err=True)
    what = " (read only)" if read_only else ""
    behind = f", and through your proxy {public_url}" if public_url else ""

    def ready(address: str) -> None:
        click.echo(f"Open {address}{behind}{what} (Ctrl+C stops).")

    serve_ui(home, port, ready, read_only=read_only, public_url=public_url)
