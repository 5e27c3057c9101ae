"""How far coding has come: what is assigned, coded, open, disputed and decided.

Here: counts of one store. Not here: reliability coefficients (`reliability`), or printing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from sz_assets.coding.store import CodingStore, Sample, newest
from sz_assets.core.coding.counting_samples import of_counting_samples

_KEY = ["account_id", "video_id"]


@dataclass(frozen=True)
class CoderStatus:
    """Tasks of one coder in one sample: `assigned` = `coded` + `open`."""

    coder_id: str
    assigned: int
    coded: int

    @property
    def open(self) -> int:
        return self.assigned - self.coded


@dataclass(frozen=True)
class SampleStatus:
    """One sample, with codes of its tasks, whichever sample they were given for.

    Of the `coded_tasks` `shared_tasks` are of another sample as well. Of the reliability tasks
    `doubly_coded` have two independent codes or more, of all tasks `coded_twice`; in
    `disagreements` of the latter coders differ, of which `adjudicated` are decided. `is_counted`
    tells whether its probabilities and parts count (`core.coding.counting_samples`).
    """

    sample: Sample
    coders: tuple[CoderStatus, ...]
    coded_tasks: int
    shared_tasks: int
    reliability_tasks: int
    doubly_coded: int
    coded_twice: int
    disagreements: int
    adjudicated: int
    is_counted: bool


@dataclass(frozen=True)
class CodingStatus:
    """All samples, oldest first, and all codes that count, by codebook version and by coder.

    `unasked` counts newest codes of coders who were not asked for the task, by coder.
    """

    current_version: str
    samples: tuple[SampleStatus, ...]
    codes_by_version: dict[str, int]
    unasked: dict[str, int]
    code_count: int

    def to_json(self) -> dict[str, Any]:
        """The same in values that JSON has."""
        return {
            "codebook_version": self.current_version,
            "code_count": self.code_count,
            "samples": [
                {
                    "sample_id": one.sample.sample_id,
                    "crawl_month": f"{one.sample.crawl_month:%Y-%m}",
                    "codebook_version": one.sample.codebook_version,
                    "is_current_codebook": one.sample.codebook_version == self.current_version,
                    "size": one.sample.size,
                    "coded_tasks": one.coded_tasks,
                    "shared_tasks": one.shared_tasks,
                    "reliability_tasks": one.reliability_tasks,
                    "required_reliability_size": one.sample.required_reliability_size,
                    "doubly_coded": one.doubly_coded,
                    "coded_twice": one.coded_twice,
                    "disagreements": one.disagreements,
                    "adjudicated": one.adjudicated,
                    "is_counted": one.is_counted,
                    "coders": [
                        {
                            "coder_id": coder.coder_id,
                            "assigned": coder.assigned,
                            "coded": coder.coded,
                            "open": coder.open,
                        }
                        for coder in one.coders
                    ],
                }
                for one in self.samples
            ],
            "codes_by_version": [
                {
                    "codebook_version": version,
                    "code_count": count,
                    "is_current_codebook": version == self.current_version,
                }
                for version, count in self.codes_by_version.items()
            ],
            "unasked": dict(self.unasked),
        }

    def lines(self) -> list[str]:
        """The same for a person to read."""
        if not self.samples and not self.code_count:
            return ["There is no sample and no code yet: run sz-assets coding export."]
        found = []
        for one in self.samples:
            sample = one.sample
            shared = (
                f", {one.shared_tasks:,} of these are tasks of another sample as well"
                if one.shared_tasks
                else ""
            )
            found.append(
                f"Sample {sample.sample_id} ({sample.crawl_month:%Y-%m}): "
                f"{one.coded_tasks:,} of {sample.size:,} tasks coded{shared}"
            )
            if not one.is_counted:
                found.append(
                    "  it changes no figure until more of the tasks that it alone has are coded"
                )
            found += [
                f"  {coder.coder_id}: {coder.coded:,} of {coder.assigned:,} coded, "
                f"{coder.open:,} open"
                for coder in one.coders
            ]
            found.append(
                f"  reliability: {one.doubly_coded:,} of {one.reliability_tasks:,} tasks coded "
                f"twice or more; coders differ in {one.disagreements:,} of all "
                f"{one.coded_twice:,} tasks of the sample that several coded, "
                f"{one.adjudicated:,} of them adjudicated"
            )
        for version, count in self.codes_by_version.items():
            mark = "present codebook" if version == self.current_version else "old codebook"
            found.append(f"Codes made with {version} ({mark}): {count:,}")
        found += [
            f"Codes of {coder}, who was not asked: {count:,}"
            for coder, count in self.unasked.items()
        ]
        return found


def coding_status(store: CodingStore, current_version: str) -> CodingStatus:
    """Count what is in the store; `current_version` is that of the study's codebook."""
    codes = newest(store.codes())
    tasks = store.sample_tasks()
    independent = codes.filter(pl.col("code_round") == "independent")
    counted = set(of_counting_samples(tasks, codes)["sample_id"])
    versions = codes.group_by("codebook_version").len("n").sort("codebook_version").rows()
    asked = tasks.select(*_KEY, pl.col("coder_ids").alias("coder_id")).explode("coder_id")
    unasked = (
        independent.join(asked, on=[*_KEY, "coder_id"], how="anti")
        .group_by("coder_id")
        .len("n")
        .sort("coder_id")
    )
    return CodingStatus(
        current_version=current_version,
        samples=tuple(
            _of_sample(sample, tasks, codes, is_counted=sample.sample_id in counted)
            for sample in store.samples()
        ),
        codes_by_version=dict(versions),
        unasked=dict(unasked.rows()),
        code_count=len(codes),
    )


def disputed(tasks: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    """Tasks whose independent coders differ: the rows of `tasks` with `is_adjudicated`.

    `tasks` as in coding/tasks, `codes` those that count (`store.newest`). Coders differ where their
    main categories do, or any further one; the order of further ones means nothing.
    """
    said = codes.filter(pl.col("code_round") == "independent").select(
        *_KEY,
        pl.concat_str(
            pl.col("secondary_categories").list.first().fill_null(""),
            pl.col("secondary_categories").list.sort().list.join(","),
            separator=";",
        ).alias("code"),
    )
    differing = (
        said.group_by(_KEY).agg(pl.col("code").n_unique().alias("n")).filter(pl.col("n") > 1)
    )
    decided = codes.filter(pl.col("code_round") == "adjudicated").select(_KEY).unique()
    return (
        tasks.join(differing, on=_KEY, how="semi", maintain_order="left")
        .join(
            decided.with_columns(pl.lit(True).alias("is_adjudicated")),
            on=_KEY,
            how="left",
            maintain_order="left",
        )
        .with_columns(pl.col("is_adjudicated").fill_null(False))
    )


def _of_sample(
    sample: Sample, every: pl.DataFrame, codes: pl.DataFrame, *, is_counted: bool
) -> SampleStatus:
    is_own = pl.col("sample_id") == sample.sample_id
    tasks, others = every.filter(is_own), every.filter(~is_own)
    independent = codes.filter(pl.col("code_round") == "independent")
    assigned = tasks.select(*_KEY, pl.col("coder_ids").alias("coder_id")).explode("coder_id")
    coded = assigned.join(independent, on=[*_KEY, "coder_id"], how="semi")
    given = dict(assigned.group_by("coder_id").len().rows())
    done = dict(coded.group_by("coder_id").len().rows())
    reliability = tasks.filter("is_reliability")
    twice = independent.group_by(_KEY).len("n").filter(pl.col("n") > 1)
    differing = disputed(tasks, codes)
    coded_tasks = tasks.join(independent, on=_KEY, how="semi")
    return SampleStatus(
        sample=sample,
        coders=tuple(
            CoderStatus(coder, given.get(coder, 0), done.get(coder, 0)) for coder in sample.coders
        ),
        coded_tasks=len(coded_tasks),
        shared_tasks=len(coded_tasks.join(others, on=_KEY, how="semi")),
        reliability_tasks=len(reliability),
        doubly_coded=len(reliability.join(twice, on=_KEY, how="semi")),
        coded_twice=len(tasks.join(twice, on=_KEY, how="semi")),
        disagreements=len(differing),
        adjudicated=int(differing["is_adjudicated"].sum()),
        is_counted=is_counted,
    )
