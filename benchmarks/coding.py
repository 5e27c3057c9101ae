"""One million titles coded by the trained coder, beside scikit-learn's own way and cue words.

Each way runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

TITLES = 1_000_000
TRAINING_TITLES = 5_000
# The slow way codes a part of the titles, and its speed is told per title.
PART = 20
WAYS = ("the linear coder", "scikit-learn's analyser and model", "cue words")


@dataclass(frozen=True)
class Coding:
    """One way of coding: titles per second, and the process's largest resident memory in MB."""

    titles_per_second: float
    peak_mb: float


def simulated_titles(count: int, seed: int = 0) -> tuple[pl.Series, pl.Series]:
    """Distinct simulated captions of `count` videos and the category planted in each."""
    from sz_assets.simulation.captions import (
        CATEGORIES,
        CATEGORY_WEIGHTS,
        compose,
        draw_categories,
        draw_choices,
    )

    rng = np.random.default_rng(seed)
    fields = list(CATEGORY_WEIGHTS)
    planted = {field: draw_categories(field, count, rng) for field in fields}
    choices = draw_choices(count, rng).tolist()
    titles, categories = [], []
    for row in range(count):
        field = fields[row % len(fields)]
        category = int(planted[field][row])
        caption, _ = compose(field, category, choices[row], -1)
        titles.append(f"{caption} {row}")
        categories.append(CATEGORIES[category])
    return pl.Series(titles), pl.Series(categories)


def measure_coding() -> Iterator[tuple[str, Coding]]:
    """Each way once, all on the same titles; the first way is trained before its time is taken."""
    with tempfile.TemporaryDirectory(prefix="sz-bench-") as folder:
        path = Path(folder) / "titles.parquet"
        titles, categories = simulated_titles(TITLES)
        pl.DataFrame({"title": titles, "category": categories}).write_parquet(path)
        for way in WAYS:
            told = subprocess.run(
                [sys.executable, "-m", "benchmarks.coding", way, str(path)],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            ).stdout
            speed, peak = told.split()
            yield way, Coding(float(speed), float(peak))


def _linear(titles: pl.Series, categories: pl.Series) -> float:
    from sz_assets.coding.machine.linear import train

    coder = train(titles.head(TRAINING_TITLES), categories.head(TRAINING_TITLES), seed=0)
    started = time.perf_counter()
    coder.code(titles, 0.5)
    return len(titles) / (time.perf_counter() - started)


def _sklearn(titles: pl.Series, categories: pl.Series) -> float:
    """The same features and a machine of the same kind, by the library alone."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    model = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True), LinearSVC()
    )
    model.fit(titles.head(TRAINING_TITLES).to_list(), categories.head(TRAINING_TITLES).to_list())
    part = titles.head(len(titles) // PART)
    started = time.perf_counter()
    model.predict(part.to_list())
    return len(part) / (time.perf_counter() - started)


def _cue_words(titles: pl.Series, categories: pl.Series) -> float:
    from sz_assets.core.coding.cue_words import code_videos
    from sz_assets.study import load_study

    videos = pl.DataFrame(
        {
            "crawl_month": pl.repeat(date(2023, 10, 1), len(titles), eager=True),
            "account_id": pl.repeat("simulated", len(titles), eager=True),
            "video_id": pl.int_range(len(titles), eager=True).cast(pl.String),
            "title": titles,
        }
    )
    codebook = load_study("shenzhen").codebook
    started = time.perf_counter()
    code_videos(videos, codebook)
    return len(titles) / (time.perf_counter() - started)


def _peak_mb() -> float:
    """This process's own peak; what `getrusage` tells includes the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return float(line.split()[1]) / 1024


def _main() -> None:
    way, path = sys.argv[1:]
    frame = pl.read_parquet(path)
    run = dict(zip(WAYS, (_linear, _sklearn, _cue_words), strict=True))[way]
    print(run(frame["title"], frame["category"]), _peak_mb())


if __name__ == "__main__":
    _main()
