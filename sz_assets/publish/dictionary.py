"""The data dictionary of a release: what each table and column means, for people and for programs.

Here: writing its files, and the page, all from the contracts. Not here: what it says of a table
(`dictionary_entries`), Markdown and CSV (`dictionary_texts`), the picture (`dictionary_model`), the
queries (`queries`), and COMMENTs in the database (`contracts.chinese.comment_of`).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup, escape

from sz_assets.charts.context import Bilingual
from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.publish.dictionary_entries import TableEntry, entries
from sz_assets.publish.dictionary_model import model_svg
from sz_assets.publish.dictionary_texts import csv_text, markdown, summary_markdown
from sz_assets.publish.queries import Query, example_queries
from sz_assets.report.shell import render
from sz_assets.study import Study

__all__ = ["summary_markdown", "write_dictionary"]

_CODE = re.compile("`([^`]+)`")


def write_dictionary(
    target: Path,
    study: Study,
    origins: Collection[str],
    dbt_page: Path | None = None,
    *,
    beside_reports: bool = True,
) -> None:
    """Write index.html, dictionary.md, dictionary.csv and model.svg into an existing folder.

    `origins` are the data origins of the release. `dbt_page`, if given, is put beside them as
    dbt.html and linked; so is the index of the reports, unless there is none beside it.
    """
    if dbt_page is not None:
        shutil.copyfile(dbt_page, target / "dbt.html")
    tables, queries, note = entries(), example_queries(), origin_note(origins)
    title = titles(Bilingual(study.name.zh, study.name.en))
    picture = model_svg(PUBLISHED_TABLES)
    (target / "model.svg").write_text(picture, encoding="utf-8")
    (target / "dictionary.csv").write_bytes(csv_text(tables).encode("utf-8-sig"))
    (target / "dictionary.md").write_text(markdown(title, tables, queries, note), encoding="utf-8")
    (target / "index.html").write_text(
        page(title, tables, queries, note, picture, dbt_page is not None, beside_reports),
        encoding="utf-8",
    )


def origin_note(origins: Collection[str]) -> Bilingual | None:
    """What must be said of data that nobody observed; nothing if all were."""
    if "simulated" not in origins:
        return None
    if len(origins) > 1:
        return Bilingual(
            "部分数据为模拟数据，见各表 data_origin 列。",
            "Part of these data are simulated: see data_origin.",
        )
    return Bilingual(
        "本发布的数据为模拟数据，不反映任何真实账号的情况。",
        "The data of this release are simulated: they say nothing about any real account.",
    )


def titles(study_name: Bilingual) -> Bilingual:
    return Bilingual(
        f"{study_name.zh}官方短视频账号：数据字典",
        f"Official short-video accounts of {study_name.en}: data dictionary",
    )


def page(
    title: Bilingual,
    tables: list[TableEntry],
    queries: list[Query],
    note: Bilingual | None,
    picture: str,
    has_dbt_page: bool,
    beside_reports: bool,
) -> str:
    """The dictionary as one HTML page that asks nobody; `picture` is an SVG of our own making."""
    own = files(__package__).joinpath("templates")
    return render(
        "dictionary.html.j2",
        package="sz_assets.publish",
        styles=[own.joinpath("dictionary.css").read_text(encoding="utf-8")],
        scripts=[own.joinpath("dictionary.js").read_text(encoding="utf-8")],
        coded=_coded,
        titles=title,
        tables=tables,
        queries=queries,
        note=note,
        picture=Markup(picture),  # noqa: S704 (drawn from the contracts' own names)
        has_dbt_page=has_dbt_page,
        beside_reports=beside_reports,
        counts=(len(tables), sum(len(table.columns) for table in tables)),
    )


def _coded(text: Bilingual) -> Bilingual:
    """The same as HTML, in which a contract's `name` is set as code."""
    return Bilingual(
        *(Markup(_CODE.sub(r"<code>\1</code>", str(escape(words)))) for words in text)  # noqa: S704
    )
