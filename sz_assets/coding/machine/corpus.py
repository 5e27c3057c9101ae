"""A trial of the coders on a file of classified titles: half to learn from, half held out.

Here: reading the file, the split, and the figures. Not here: the coders themselves.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sz_assets.coding.machine import chosen_cues
from sz_assets.coding.machine.linear import LinearCoder, train
from sz_assets.coding.machine.ngrams import normalized
from sz_assets.core.coding.evaluation import coverage_table, evaluate_codes
from sz_assets.errors import UserError
from sz_assets.study import Codebook

THRESHOLDS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)

_TITLE_HEADERS = ("title", "text", "标题", "文本")
_CLASS_HEADERS = ("class", "category", "label", "类别", "标签")


def evaluate_corpus(
    path: Path,
    *,
    seed: int,
    train_share: float = 0.5,
    codebook: Codebook | None = None,
    class_names: Path | None = None,
) -> dict[str, Any]:
    """Figures of the supervised coder, of cue words and of the most common class, JSON-ready.

    The UTF-8 file has a line `title<TAB>class` per title, maybe under a header. In `class_names`
    line k (from 0) names the class k. With a codebook whose category ids are the classes its cue
    words are tried; without one, cue words chosen from the training half. Rows that can't be used
    are listed under `refused_rows` and left out. UserError if the file can't be read or has too
    little to learn from, and if the codebook's categories are not the classes.
    """
    if not 0 < train_share < 1:
        raise UserError(f"The share to train on is {train_share}: give one between 0 and 1.")
    rows, refused = _read(path, class_names)
    rows = rows.with_columns(pl.Series("is_training", split(rows, train_share, seed)))
    learnt, held = (rows.filter(pl.col("is_training") == side) for side in (True, False))
    if held.is_empty():
        raise UserError(f"{path} has too few different titles to hold any out: give more rows.")
    classes = rows["class"].unique().sort().to_list()
    coder = train(learnt["title"], learnt["class"], seed=seed)
    coded = coder.code(held["title"])
    truth = held["class"]
    words, words_said = _cue_words(learnt, held, classes, codebook, path)
    common = learnt["class"].mode().sort()[0]
    return {
        "file": path.name,
        "file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "rows": len(rows),
        "refused_rows": refused,
        "classes": dict(rows["class"].value_counts().sort("class").iter_rows()),
        "split": {
            "seed": seed,
            "train_share": train_share,
            "training_rows": len(learnt),
            "held_out_rows": len(held),
            "rule": "at random within classes; equal titles on one side",
        },
        "supervised": {
            **evaluate_codes(truth, coded["category"], classes).as_dict(),
            **_about(coder),
            "coverage": coverage_table(
                truth, coded["category"], coded["confidence"], THRESHOLDS
            ).to_dicts(),
        },
        "cue_words": {**evaluate_codes(truth, words, classes).as_dict(), **words_said},
        "majority": {
            **evaluate_codes(
                truth, pl.repeat(common, len(held), dtype=pl.String, eager=True), classes
            ).as_dict(),
            "category": common,
        },
    }


def split(rows: pl.DataFrame, train_share: float, seed: int) -> pl.Series:
    """Whether each row is to train on: a random share of each class's different titles.

    `rows` has `title` and `class`. Titles that are equal as normalised text share a side, in the
    class of their first row. A class with one title is to train on.
    """
    texts = rows.select(normalized(rows["title"]).alias("text"), "class")
    alone = texts.unique("text", keep="first", maintain_order=True).sort("text")
    rng = np.random.default_rng(seed)
    shuffled = alone[rng.permutation(len(alone))]
    rank = pl.int_range(pl.len()).over("class")
    wanted = (pl.len() * train_share).round().clip(lower_bound=1).over("class")
    sides = shuffled.select("text", (rank < wanted).alias("is_training"))
    return texts.join(sides, on="text", how="left", maintain_order="left")["is_training"]


def _about(coder: LinearCoder) -> dict[str, Any]:
    card = coder.card
    return {
        "model_id": coder.model_id,
        "longest_ngram": card.longest_ngram,
        "svm_c": card.svm_c,
        "cross_validated_macro_f1_ratio": card.cross_validated["macro_f1_ratio"],
        "calibration_error_ratio": card.calibration_error_ratio,
        "training_notes": list(card.notes),
    }


def _cue_words(
    learnt: pl.DataFrame,
    held: pl.DataFrame,
    classes: list[str],
    codebook: Codebook | None,
    path: Path,
) -> tuple[pl.Series, dict[str, Any]]:
    if codebook is None:
        cues = chosen_cues.choose_cues(learnt["title"], learnt["class"], classes)
        said = chosen_cues.code_with_cues(held["title"], cues)
        return said, {"chosen_by": chosen_cues.RULE, "cues": {k: list(v) for k, v in cues.items()}}
    # `none` is the absence of a category, which no cue word can give.
    wanted = set(classes) - {"none"}
    levels = {
        "secondary_category": {category.id for _, category in codebook.secondary},
        "primary_category": {primary.id for primary in codebook.primary},
    }
    for column, ids in levels.items():
        if wanted <= ids:
            said = chosen_cues.code_with_codebook(held["title"], codebook)[column]
            said = said.set(~said.is_in(classes).fill_null(True), None)
            return said, {"chosen_by": f"codebook {codebook.version}, {column}"}
    unknown = min(wanted - levels["secondary_category"])
    raise UserError(
        f"{path} has the class {unknown!r}, which is no category of the codebook: leave the "
        "codebook out, or classify by its ids."
    )


def _read(path: Path, class_names: Path | None) -> tuple[pl.DataFrame, list[dict[str, Any]]]:
    """Columns `title` and `class` of the good rows, and `line` and `reason` of the others."""
    names = None if class_names is None else [name.strip() for name in _lines(class_names)]
    good: list[tuple[str, str]] = []
    refused: list[dict[str, Any]] = []
    for line, text in enumerate(_lines(path), start=1):
        title, _, label = (part.strip() for part in text.rpartition("\t"))
        found: str | None = label
        if line == 1 and title.lower() in _TITLE_HEADERS and label.lower() in _CLASS_HEADERS:
            continue
        if "\t" not in text:
            reason = "no tab between title and class"
        elif not label:
            reason = "the class is empty"
        elif not title:
            reason = "the title is empty"
        elif names is not None and (found := _name(label, names)) is None:
            reason = f"there is no name for the class {label!r}"
        else:
            good.append((title, found or label))
            continue
        if text.strip():
            refused.append({"line": line, "reason": reason})
    if not good:
        raise UserError(f"{path} has no line `title<TAB>class`: give a file that has.")
    schema = {"title": pl.String, "class": pl.String}
    return pl.DataFrame(good, schema=schema, orient="row"), refused


def _name(label: str, names: list[str]) -> str | None:
    """The class's name: line `label` of the names, or the label if it is a name already."""
    if label in names:
        return label
    is_line = label.isascii() and label.isdigit() and int(label) < len(names)
    return (names[int(label)] or None) if is_line else None


def _lines(path: Path) -> list[str]:
    """Lines as editors count them; other separators of lines may stand in titles."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{path} can't be read ({error.strerror}): check the path.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UserError(f"{path}, line {line}, is not UTF-8: save the file as UTF-8.") from error
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")
