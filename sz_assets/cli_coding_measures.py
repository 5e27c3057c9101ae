"""The commands of `sz-assets coding` that tell, measure and train: codebook, status, and so on.

Here: commands, their help, and what is printed. Not here: any work (`coding`, `core.coding`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sz_assets.cli_output import AS_JSON, examples, opened, say, settings

_PATH = click.Path(path_type=Path)


@click.command(
    epilog=examples("coding codebook", "coding codebook --changes-from 3f1c0a9be2d47716")
)
@click.option("--changes-from", metavar="VERSION", help="List what changed since that version.")
@AS_JSON
def codebook(changes_from: str | None, as_json: bool) -> None:
    """Show the study's codebook, its version, and the versions that codes were made with."""
    from sz_assets.coding.codebooks import codebook_lines, describe_codebook

    study, _, store = opened()
    said = describe_codebook(store, study.codebook, changes_from)
    say(said, codebook_lines(said), as_json)


@click.command(epilog=examples("coding status", "coding status --json"))
@click.option(
    "--accept-lost",
    type=click.IntRange(1),
    metavar="NUMBER",
    help="Go on without an import whose file is lost for good; this is kept on the record.",
)
@AS_JSON
def status(accept_lost: int | None, as_json: bool) -> None:
    """Show per sample and coder what is coded, open, disputed and decided."""
    from datetime import UTC, datetime

    from sz_assets.coding.status import coding_status

    study, _, store = opened(to_write=accept_lost is not None)
    if accept_lost is not None:
        store.accept_lost(accept_lost, datetime.now(UTC).replace(tzinfo=None))
    found = coding_status(store, study.codebook.version)
    say(found.to_json(), found.lines(), as_json)


@click.command(
    epilog=examples(
        "coding reliability",
        "coding reliability codes.csv --json",
        "coding reliability ratings.csv --level ordinal",
    )
)
@click.argument("file", required=False, type=_PATH)
@click.option(
    "--layout",
    type=click.Choice(["coders_in_columns", "long", "distribution", "contingency"]),
    help="How the file is laid out; by default it is recognised, and said.",
)
@click.option("--unit", help="Column that names what was coded.")
@click.option("--coder", help="Column that names who coded, in a long file.")
@click.option("--value", "values", multiple=True, help="Column of codes; may be repeated.")
@click.option("--level", type=click.Choice(["nominal", "ordinal", "interval", "ratio"]))
@click.option("--order", help="All categories from the lowest to the highest, with commas.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@AS_JSON
def reliability(
    file: Path | None,
    layout: Any,
    unit: str | None,
    coder: str | None,
    values: tuple[str, ...],
    level: Any,
    order: str | None,
    seed: int,
    as_json: bool,
) -> None:
    """How well coders agree: of all imported codes before adjudication, or of any FILE.

    Krippendorff's alpha, Cohen's and Fleiss' kappa, Gwet's AC1 and percent agreement, each with a
    bootstrap interval, overall and for each category against all others.
    """
    if file is None:
        from sz_assets.coding.reliability import reliability_of_store, store_lines

        study, _, store = opened()
        found = reliability_of_store(store, study, seed=seed)
        say(found, store_lines(found), as_json)
        return
    from sz_assets.coding.reliability_files import reliability_of_file
    from sz_assets.coding.reliability_text import lines

    result = reliability_of_file(
        file, layout=layout, unit=unit, coder=coder, values=values or None, level=level,
        order=[each.strip() for each in order.split(",")] if order else None, seed=seed,
    )  # fmt: skip
    say(result, lines(result), as_json)


@click.command(
    epilog=examples("coding train", "coding train --method language-model --month 2023-10")
)
@click.option(
    "--method",
    type=click.Choice(["linear", "language-model"]),
    default="linear",
    show_default=True,
    help="language-model asks the endpoint of SZ_CODING_LLM_BASE_URL; off by default.",
)
@click.option("--month", help="Crawl month whose published videos a language model is asked about.")
@click.option("--limit", type=click.IntRange(1), help="Ask about so many videos at most.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option(
    "--use/--no-use",
    default=None,
    help="Put it into use, or only keep it; by default if it does better than cue words.",
)
@AS_JSON
def train(
    method: str,
    month: str | None,
    limit: int | None,
    seed: int,
    use: bool | None,
    as_json: bool,
) -> None:
    """Train a machine on the decided codes of the training part, and put it into use.

    No task of the evaluation part is ever learnt from. Run the month again afterwards: it codes
    what people did not, and says nothing where it is unsure.
    """
    from sz_assets.coding.machine_text import train_lines
    from sz_assets.coding.population import month_population
    from sz_assets.coding.train import train as train_coder
    from sz_assets.defs.months import to_month

    study, home, store = opened(to_write=True)
    videos = month_population(home, to_month(month), "all")[0] if month else None

    def tell(done: int, of: int) -> None:
        if not as_json:
            click.echo(f"\rasked {done:,} of {of:,}", nl=done == of, err=True)

    made = train_coder(
        store, study, seed=seed, method="linear" if method == "linear" else "language_model",
        videos=videos.select("account_id", "video_id", "title") if videos is not None else None,
        use=use, language_model=settings().language_model, limit=limit, told=tell,
    )  # fmt: skip
    say(made, train_lines(made), as_json)


@click.command(
    epilog=examples("coding evaluate", "coding evaluate titles.txt --class-names classes.txt")
)
@click.argument("file", required=False, type=_PATH)
@click.option("--class-names", type=_PATH, help="Names of the classes that FILE numbers from 0.")
@click.option(
    "--study-cues", is_flag=True, help="Compare with the cue words of the study's codebook."
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@AS_JSON
def evaluate(
    file: Path | None, class_names: Path | None, study_cues: bool, seed: int, as_json: bool
) -> None:
    """Judge the machine coders by people's codes that they were not trained on.

    FILE holds a title, a tab and a class in each line: half of it trains a machine, half is held
    out, and cue words, chosen from the training half, and the most common class are judged beside
    it.
    """
    from sz_assets.coding import evaluate as work
    from sz_assets.coding.machine_text import evaluation_lines

    if file is not None:
        codebook = opened()[0].codebook if study_cues else None
        found = work.evaluate_file(file, seed=seed, codebook=codebook, class_names=class_names)
    else:
        study, _, store = opened()
        found = work.evaluate(store, study)
    say(found, evaluation_lines(found), as_json)
