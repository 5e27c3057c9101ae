"""Run the studies, write the results as JSON and the document from them."""

from __future__ import annotations

import argparse
import gc
import platform
import time
import zlib
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.validation.document import document
from benchmarks.validation.results import Results, outside, read_json, write_json
from benchmarks.validation.scenarios import SCENARIOS, Scenario
from benchmarks.validation.truths import ACCOUNTS

ROOT = Path(__file__).parents[2]
RESULTS = Path("sz_assets_tests/validation/validation.json")
DOCUMENT = Path("docs/validation.md")
PACKAGES = ("numpy", "scipy", "statsmodels", "polars")


def run(
    scenario: Scenario, studies: int, seed: int, accounts: int = ACCOUNTS
) -> list[dict[str, Any]]:
    """Result rows of one scenario, with truths from `accounts` accounts.

    The same seed gives the same rows, whatever else is run.
    """
    results = Results()
    own = zlib.crc32(scenario.name.encode())
    for number, model in enumerate(scenario.models):
        truth_seed = zlib.crc32(f"{seed} {scenario.name} {number}".encode())
        asker = scenario.asker(model, truth_seed, accounts)
        step = len(scenario.models) if scenario.is_pooled else 1
        for study in range(number % step, studies, step):
            videos = scenario.study(model, [seed, own, number, study])
            results.add(scenario.trial(asker, videos, seed + study))
            if study == number % step:
                # statsmodels collects garbage at every correction: what the first study has
                # loaded need not be searched by all others.
                gc.freeze()
    gc.unfreeze()
    return results.rows()


def run_all(
    scenarios: Iterable[Scenario], studies: int, seed: int, before: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Rows of the scenarios, and those of the others from `before`, in the catalogue's order."""
    chosen = {scenario.name: scenario for scenario in scenarios}
    rows = []
    for scenario in SCENARIOS:
        if scenario.name in chosen:
            start = time.process_time()
            rows += run(scenario, studies, seed)
            print(f"{scenario.name}: {time.process_time() - start:.0f} s of CPU", flush=True)
        else:
            rows += [row for row in before if row["scenario"] == scenario.name]
    return rows


def content(rows: list[dict[str, Any]], studies: int, seed: int, today: date) -> dict[str, Any]:
    return {
        "seed": seed,
        "studies": studies,
        "command": f"python -m benchmarks.validation --studies {studies} --seed {seed}",
        "date": today.isoformat(),
        "versions": {"Python": platform.python_version()}
        | {package: version(package) for package in PACKAGES},
        "scenarios": {scenario.name: scenario.words for scenario in SCENARIOS},
        "results": rows,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validation")
    parser.add_argument("--studies", type=int, default=1000, help="studies per scenario")
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument(
        "--only",
        nargs="+",
        choices=[scenario.name for scenario in SCENARIOS],
        help="run these anew and keep the other results (same seed and number of studies)",
    )
    parser.add_argument("--results", type=Path, default=ROOT / RESULTS)
    parser.add_argument("--document", type=Path, default=ROOT / DOCUMENT)
    options = parser.parse_args()
    chosen = [item for item in SCENARIOS if not options.only or item.name in options.only]
    before = []
    if options.only and options.results.exists():
        before = read_json(options.results)["results"]
    rows = run_all(chosen, options.studies, options.seed, before)
    told = content(rows, options.studies, options.seed, date.today())
    write_json(options.results, told)
    options.document.write_text(document(told, RESULTS.as_posix()), encoding="utf-8")
    for line in outside(rows):
        print(f"outside its band: {line[:160]}")


if __name__ == "__main__":
    main()
