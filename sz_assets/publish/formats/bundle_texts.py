"""The texts of the bundle: read me, citation, terms, the study's files, its own name.

Here: words and YAML. Not here: the checklist (`publish.formats.checklist`) or the zip.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
import yaml

from sz_assets.contracts.table import Table
from sz_assets.publish.about import About
from sz_assets.publish.formats import csv, parquet
from sz_assets.study import Study

_README = """\
# {title}

{simulated}这是一个可引用的数据包：同一版本的数据总是得到同样的字节。
This is a bundle that can be cited: the same release gives the same bytes.

{facts}

## 内容 Contents

- `data/parquet/` — {count} 个表，类型与文本原样。{count} tables: their types, every text intact.
- `data/csv/` — 同样的表，UTF-8（带 BOM）。The same tables in UTF-8 with a byte order mark.
- `dictionary/` — 数据字典。What every table and column means.
- `study/` — 研究文件与编码表。The study's files and codebook, as read.
- `CHECKLIST.md` — 披露清单。What a reviewer asks, answered from the data.
- `manifest.json`, `CITATION.cff`, `TERMS.md`
- `SHA256SUMS` — 用 `sha256sum -c SHA256SUMS` 检查。Check with `sha256sum -c SHA256SUMS`.

## CSV 的写法 How the CSV is written

{how}- Parquet 中的文本没有改动。In Parquet every text is as published.

## 差异 What differs from the database

{losses}
"""
_TERMS = """\
# 条款 Terms

- 许可 Licence: 未记录 not recorded.
- 平台内容（标题、名称）的权利属于其作者与平台。
  Captions and names belong to their authors and the platform.
- 使用者须遵守平台条款与所在地法律。
  Whoever uses the data is bound by the platform's terms and the law of the place.
"""


def bundle_name(about: About) -> str:
    """`<study>_<first month>_<last month>_<run>.zip`, of letters that every system allows."""
    ends = [f"{month:%Y-%m}" for month in (*about.months[:1], *about.months[-1:])]
    name = "_".join([about.study.id, *ends, about.run_id])
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)[:150].rstrip(".") + ".zip"


def readme(about: About, tables: Sequence[Table]) -> str:
    """What the bundle is and how to read it, in both languages."""
    losses = [
        f"- {kind} `{loss.code}`: {loss.zh} {loss.en}"
        for kind, found in (("Parquet", parquet.LOSSES), ("CSV", csv.LOSSES))
        for loss in found
    ]
    return _README.format(
        title=about.title,
        simulated=f"**{about.simulated}**\n\n" if about.simulated else "",
        facts="\n".join(f"- {what}: {value}" for what, value in about.facts()),
        count=len(tables),
        how=csv.HOW,
        losses="\n".join(losses),
    )


def citation(about: About) -> str:
    """CITATION.cff 1.2.0. The format wants an author, whom nobody has named to us."""
    fields: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "引用时请填写作者。Name the authors when you cite these data.",
        "type": "dataset",
        "title": about.title + (f" ({about.simulated})" if about.simulated else ""),
        "authors": [{"name": "未记录 not recorded"}],
        "version": about.run_id,
        "date-released": about.published_at.date(),
        "keywords": ["short video", "engagement", about.study.id, *about.data_origins],
    }
    return yaml.safe_dump(fields, allow_unicode=True, sort_keys=False)


def terms() -> str:
    """What is known of licence and terms, which is little."""
    return _TERMS


def study_files(study: Study) -> dict[str, str]:
    """The study as files that `load_study` reads again, by their path in the bundle."""
    files: dict[str, Any] = {"codebook": msgspec.to_builtins(study.codebook)}
    if study.claims:
        files["claims"] = {"claims": msgspec.to_builtins(study.claims)}
    if study.events:
        files["events"] = {"events": msgspec.to_builtins(study.events)}
    if study.published is not None:
        files["published"] = msgspec.to_builtins(study.published)
    said: dict[str, Any] = {
        name: msgspec.to_builtins(getattr(study, name))
        for name in ("id", "name", "time_zone", "selection", "sample", "accounts")
    }
    said["first_crawl_month"] = f"{study.first_crawl_month:%Y-%m}"
    if study.published_crawl_month is not None:
        said["published_crawl_month"] = f"{study.published_crawl_month:%Y-%m}"
    said["obey_robots"] = study.obey_robots
    said["coding"] = msgspec.to_builtins(study.coding)
    said |= {name: f"{name}.yaml" for name in files}
    return {
        f"study/{name}.yaml": yaml.safe_dump(
            content, allow_unicode=True, sort_keys=False, width=100, default_flow_style=None
        )
        for name, content in {"study": said, **files}.items()
    }
