"""The sections of the benchmarks: their names, what their figures mean, and what measures them.

Here: the list, in the page's order. Not here: measuring, or the page's form (`page`).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.figures import Found


@dataclass(frozen=True)
class Section:
    """A part of the page. `measure` is `module:function`, called with the number of repeats.

    Without it the section is an extra: it is run by an option of its own.
    """

    name: str
    title: str
    meaning: str
    measure: str | None

    def load(self) -> Callable[[int], Found]:
        """The function; imported when the section is run, because libraries load slowly."""
        if self.measure is None:
            raise ValueError(f"{self.name} is run by an option of its own")
        module, _, name = self.measure.partition(":")
        function: Callable[[int], Found] = getattr(
            importlib.import_module(f"benchmarks.{module}"), name
        )
        return function


SECTIONS = (
    Section(
        "startup",
        "Start-up of the commands",
        "How long a user waits for a command that does little, in a home of one month. Most of it "
        "is importing, so bare Python and the import of Dagster stand beside it.",
        "startup:measure_startup",
    ),
    Section(
        "month",
        "A month",
        "`sz-assets run --month 2023-10` into a fresh home (the embedded platform is crawled) and "
        "again with nothing changed. The floor is the same pure functions called one after the "
        "other without Dagster, dbt and Great Expectations: crawl, decode, core tables, the SQL "
        "that dbt compiled in bare DuckDB, analyses, charts, report, release, and our inspections "
        "of what was written. What is above the floor is the price of lineage, checks, events and "
        "retries.",
        "months:measure_month",
    ),
    Section(
        "backfill",
        "Backfill",
        "Consecutive months by one command and in one run: start-up is paid once, and what was "
        "made of unchanged data is kept.",
        "months:measure_backfill",
    ),
    Section(
        "decoding",
        "Raw pages to typed columns",
        "The bytes of pages become columns with all fields, and with rejects where an item can't "
        "be read. pysimdjson, asked for the needed fields alone, is the limit; pandas is what is "
        "commonly written.",
        "speeds:measure_decoding",
    ),
    Section(
        "crawl",
        "A crawl",
        "Pages a second from a server on the same machine that answers after 50 ms. Ours also "
        "checks, stores and judges what the others drop.",
        "speeds:measure_crawl",
    ),
    Section(
        "coding",
        "Coding titles",
        "A million titles by the trained coder, by cue words, and by scikit-learn's own analyser "
        "with a model of the same kind.",
        "speeds:measure_coding",
    ),
    Section(
        "marts",
        "Marts by size",
        "One crawl month of a simulated lake through the project's own dbt build with its tests. "
        "Bare DuckDB, which only counts and sums every counter by account, shows what reading the "
        "same files costs.",
        "scaling:measure_marts",
    ),
    Section(
        "growth",
        "The cost of a month as months add up",
        "The same crawl month is added to a home that holds one month and to one that holds 24.",
        "months:measure_growth",
    ),
    Section(
        "publish",
        "Publish",
        "A release in its usual formats, checked and made durable, beside a bare copy of its "
        "files.",
        "speeds:measure_publish",
    ),
    Section(
        "charts",
        "Charts",
        "Milliseconds a chart and format in one process. Altair's own save to one PNG stands "
        "beside the whole of ours, which is JSON, SVG, PNG and a page.",
        "drawing:measure_drawing",
    ),
    Section(
        "ui",
        "The UI",
        "From the command to the first page answered, and to the definitions loaded, so that a "
        "run can be started.",
        "webserver:measure_webserver",
    ),
    Section(
        "storage",
        "Bytes stored",
        "What a video costs on disk in each layer, and what each compression would make of the "
        "same tables.",
        "bytes_stored:measure_bytes",
    ),
    Section(
        "scale",
        "A country's month",
        "One crawl month through marts, sample, summaries and release, each step a process of its "
        "own with its peak memory. It is an extra: `python -m benchmarks --scale 10^8`; with "
        "`--keep FOLDER` it goes on after an interruption.",
        None,
    ),
)
NAMED = {section.name: section for section in SECTIONS}
