"""`sz-assets releases export`: a release in other formats, outside the releases.

Here: the command, its help, and what is printed. Not here: any format (`publish.formats`).
"""

from __future__ import annotations

from pathlib import Path

import click

from sz_assets.cli_output import AS_JSON, examples, opened, say, settings
from sz_assets.errors import UserError
from sz_assets.settings import RELEASE_FORMATS


@click.command(
    epilog=examples(
        "releases export --format xlsx",
        "releases export --format spss --format stata --month 2023-10 --out for-anna",
        "releases export --format csv --table fct_video_month --json",
    )
)
@click.argument("release", required=False)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(RELEASE_FORMATS),
    help="A format, as often as needed; SZ_RELEASE_FORMATS unless given.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The new folder; exports/release-<id> in the home unless given.",
)
@click.option("--table", "tables", multiple=True, help="Only this table; repeatable.")
@click.option("--month", "months", multiple=True, help="Only this month, like 2023-10; repeatable.")
@AS_JSON
def export(
    release: str | None,
    formats: tuple[str, ...],
    out: Path | None,
    tables: tuple[str, ...],
    months: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write a RELEASE, the current one unless named, in other formats into a new folder."""
    from sz_assets.defs.months import to_month
    from sz_assets.disk import refusal, whole_folder
    from sz_assets.progress import StepBar
    from sz_assets.publish.about import About
    from sz_assets.publish.formats import write_formats
    from sz_assets.publish.history import show

    study, home, _ = opened()
    wanted = [to_month(month) for month in months]
    folder, manifest = show(home, release)
    target = out or home.exports / f"release-{folder.name}"
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        raise UserError(f"{target} is there already: remove it, or name a new folder with --out.")
    about = About.of_manifest(study, manifest)
    with StepBar() as bar:
        try:
            with whole_folder(target, "give --out") as building:
                paths = write_formats(
                    folder / "warehouse.duckdb",
                    building,
                    formats or settings().release.formats,
                    about,
                    tables,
                    wanted,
                    bar.note,
                    home.current / "warehouse.duckdb",
                )
                files = [path.relative_to(building) for path in paths]
        except OSError as error:
            raise refusal(error, target, "give --out") from error
    sizes = {str(target / name): (target / name).stat().st_size for name in files}
    lines = [f"{size:>14,} {path}" for path, size in sizes.items()]
    if about.simulated:
        lines.append(about.simulated)
    said = {"release": folder.name, "simulated": bool(about.simulated), "files": sizes}
    say(said, lines, as_json)
