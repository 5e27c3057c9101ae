"""`sz-assets coding`: content coding by people and machines, from the command line.

Here: commands, their help, and what is printed. Not here: any work (`coding`, `core.coding`).
Everything heavy is imported by the command that needs it, so that --help comes at once.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from sz_assets import cli_coding_measures as measures
from sz_assets.cli_output import AS_JSON, JsonGroup, examples, opened, safe, say
from sz_assets.errors import UserError

_FORMATS = ("label-studio", "doccano", "csv", "xlsx", "refi-qda")
_PATH = click.Path(path_type=Path)
_OUT = click.option(
    "--out", type=_PATH, help="Folder that the files are put into; by default exports in SZ_HOME."
)
_FORMAT = click.option(
    "--format", "format_name", type=click.Choice(_FORMATS), default="xlsx", show_default=True
)


@click.group(
    cls=JsonGroup,
    epilog=examples(
        "coding export --month 2023-10 --coder ana --coder bo",
        "coding reliability codes.csv --json",
    ),
)
def coding() -> None:
    """Have videos coded by people, measure how well they agree, and train a machine on it.

    \b
    1. export       draw a sample and write what each coder is given
    2. import       take the codes back; status shows how far it is
    3. reliability  how well the coders agree, before anything is decided
    4. adjudicate   decide where they differ
    5. train        teach a machine the decided codes, and evaluate it on held-out ones

    Then sz-assets run builds tables, charts and report with the best code of each video.
    """


coding.add_command(measures.codebook)
coding.add_command(measures.status)
coding.add_command(measures.reliability)
coding.add_command(measures.train)
coding.add_command(measures.evaluate)


@coding.command(
    epilog=examples(
        "coding export --month 2023-10 --coder ana --coder bo --size 400 --reliability 120",
        "coding export --sample SAMPLE --format label-studio",
    )
)
@click.option("--month", help="Crawl month whose videos are drawn, like 2023-10.")
@click.option("--sample", "sample_id", help="Write a sample again that was drawn before.")
@click.option("--coder", "coders", multiple=True, help="A coder's id; once for each coder.")
@click.option("--size", default=400, show_default=True, type=click.IntRange(1))
@click.option(
    "--reliability",
    default=120,
    show_default=True,
    type=click.IntRange(0),
    help="How many of them several coders code, blind.",
)
@click.option(
    "--coders-per-task",
    type=click.IntRange(2),
    help="Coders of a reliability task; by default all.",
)
@click.option(
    "--population", type=click.Choice(["sample", "all"]), default="sample", show_default=True
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@_OUT
@_FORMAT
@AS_JSON
def export(
    month: str | None,
    sample_id: str | None,
    coders: tuple[str, ...],
    size: int,
    reliability: int,
    coders_per_task: int | None,
    population: str,
    seed: int,
    out: Path | None,
    format_name: str,
    as_json: bool,
) -> None:
    """Draw a sample of a month's videos for coding, and write what each coder is given.

    It is stratified by account and machine-coded category, rare categories are oversampled, and
    the probability of every video is kept. The same options draw the same sample.
    """
    from datetime import UTC, datetime

    from sz_assets.coding.export import export_new_sample, export_sample
    from sz_assets.coding.population import month_population
    from sz_assets.core.coding.sampling import SamplePlan
    from sz_assets.defs.months import to_month

    if (month is None) == (sample_id is None):
        raise UserError("Give either --month, to draw a sample, or --sample, to write one again.")
    if sample_id and coders:
        raise UserError("A kept sample has its coders: leave out --coder, or draw a new sample.")
    study, home, store = opened(to_write=True)
    if sample_id:
        made = export_sample(store, sample_id, format=format_name, folder=out or home.exports)
    else:
        videos, codes = month_population(home, to_month(str(month)), population)
        made = export_new_sample(
            store,
            study,
            SamplePlan(
                size=size,
                coder_ids=coders,
                reliability_size=reliability,
                coders_per_reliability_task=coders_per_task,
                seed=seed,
            ),
            videos,
            codes,
            population=population,
            format=format_name,
            folder=out or home.exports,
            created_at=datetime.now(UTC).replace(tzinfo=None),
        )
    lines = [
        f"Sample {made.sample.sample_id}: {made.sample.size:,} of "
        f"{made.sample.population_size:,} videos, {made.sample.reliability_size:,} of them for "
        "several coders",
        *(f"  {coder}: {count:,} tasks" for coder, count in made.tasks_by_coder.items()),
        *(f"  {note}" for note in made.sample.notes),
        f"Written to {made.folder}",
        "Next, when the coders' files, filled in or exported from their tools, are in that folder:",
        f"  sz-assets coding import --format {format_name} {shlex.quote(str(made.folder))}",
    ]
    say(made.to_json(), lines, as_json)


@coding.command(
    "import",
    epilog=examples(
        "coding import --format xlsx data/exports/SAMPLE-xlsx",
        "coding import --format csv ana/SAMPLE-ana.csv bo/SAMPLE-bo.csv",
        "coding import --format label-studio --coder 1=ana,b@x.org=bo --keep-good project-1.json",
    ),
)
@click.argument("paths", nargs=-1, required=True, type=_PATH)
@_FORMAT
@click.option("--coder", help="Who coded, for files that do not say: ana, or 1=ana,b@x.org=bo.")
@click.option("--keep-good", is_flag=True, help="Import the good rows although others are wrong.")
@click.option("--new-coders", is_flag=True, help="Take codes of people who were not asked.")
@AS_JSON
def import_(
    paths: tuple[Path, ...],
    format_name: str,
    coder: str | None,
    keep_good: bool,
    new_coders: bool,
    as_json: bool,
) -> None:
    """Take codes back from coders' files; every row that is wrong is named with its line.

    PATHS are files, or folders with files of that format. Nothing is imported if a row is wrong,
    unless you say --keep-good. What was imported is never changed: of one coder's codes for a
    video that which was imported last counts, and the older ones are kept.
    """
    _import(paths, format_name, coder, keep_good, new_coders, as_json, is_decided=False)


@coding.command(
    epilog=examples(
        "coding adjudicate",
        "coding adjudicate --sample SAMPLE --coder carla --format xlsx",
        "coding adjudicate --format xlsx data/exports/SAMPLE-xlsx-adjudicate",
    )
)
@click.argument("paths", nargs=-1, type=_PATH)
@click.option("--sample", "sample_id", help="Only disputes of this sample.")
@click.option("--coder", help="Who decides: writes the open disputes for that person.")
@_OUT
@_FORMAT
@click.option("--keep-good", is_flag=True, help="Import the good rows although others are wrong.")
@AS_JSON
def adjudicate(
    paths: tuple[Path, ...],
    sample_id: str | None,
    coder: str | None,
    out: Path | None,
    format_name: str,
    keep_good: bool,
    as_json: bool,
) -> None:
    """Decide where coders differ: list it, write it for an adjudicator, or take decisions back.

    Without PATHS the disputes are listed, with --coder they are written; PATHS are the
    adjudicator's files, or folders with them. Decisions stand beside the original codes, which
    stay.
    """
    from sz_assets.coding.adjudicate import disputes, export_disputes

    if paths:
        _import(paths, format_name, coder, keep_good, True, as_json, is_decided=True)
        return
    _, home, store = opened()
    if coder is None:
        found = disputes(store, sample_id)
        what = "dispute" if len(found) == 1 else "disputes"
        lines = [f"{len(found):,} {what}, {sum(not d.is_adjudicated for d in found):,} open"]
        lines += [
            f"  {'decided' if one.is_adjudicated else 'open   '} {one.task_id} "
            f"{safe(one.title or '')}: {one.words}"
            for one in found
        ]
        say([one.to_json() for one in found], lines, as_json)
        return
    if sample_id is None:
        raise UserError("Name the sample whose disputes are to be decided: --sample SAMPLE_ID.")
    files = export_disputes(store, sample_id, coder, format=format_name, folder=out or home.exports)
    back = f"--format {format_name} {shlex.quote(str(files[0].parent))}"
    say(
        {"files": [str(path) for path in files]},
        [*(f"Written: {path}" for path in files), f"Next: sz-assets coding adjudicate {back}"],
        as_json,
    )


def _import(
    paths: Iterable[Path],
    format_name: str,
    coder: str | None,
    keep_good: bool,
    new_coders: bool,
    as_json: bool,
    *,
    is_decided: bool,
) -> None:
    from datetime import UTC, datetime

    from sz_assets.coding.importing import import_codes, tasks_in_lake
    from sz_assets.storage import Lake

    study, home, store = opened(to_write=True)
    found = import_codes(
        store, study, list(paths),
        format=format_name,
        imported_at=datetime.now(UTC).replace(tzinfo=None),
        coder_id=coder,
        on_problem="keep_good" if keep_good else "refuse",
        round="adjudicated" if is_decided else "independent",
        new_coders=new_coders,
        known_tasks=tasks_in_lake(Lake(home.lake)),
    )  # fmt: skip
    for line in found.problem_lines():
        click.echo(f"  {safe(line)}", err=True)
    replaced = f" ({found.replaced:,} of them replacing the coder's earlier code)"
    lines = [
        f"{found.rows:,} {'row' if found.rows == 1 else 'rows'}: {found.imported:,} imported"
        f"{replaced if found.replaced else ''}, {found.unchanged:,} unchanged, "
        f"{found.refused:,} refused, {found.uncoded:,} not coded yet",
        *found.notes,
    ]
    if found.imported:
        lines.append("Next: sz-assets coding status; then sz-assets run builds with these codes.")
    say(found.to_json(), lines, as_json)
    if found.is_refused:
        sys.exit(UserError.exit_code)
