"""The bundle: one zip that can be cited, with the data and all that is needed to judge them.

Here: what is in it, and its bytes, which are the same for the same release. Not here: the texts
that are more than a list (`publish.formats.bundle_texts`), or the checklist's answers.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from sz_assets.publish.about import About
from sz_assets.publish.formats.bundle_texts import bundle_name, citation, readme, study_files, terms
from sz_assets.publish.formats.checklist import checklist
from sz_assets.publish.formats.csv import write_csv
from sz_assets.publish.formats.parquet import write_parquet
from sz_assets.publish.formats.source import Source

# The first time that a zip can hold: the files' own times are no part of what is cited.
_TIME = (1980, 1, 1, 0, 0, 0)
_ALREADY_SMALL = {".parquet"}


def _write_texts(source: Source, folder: Path) -> None:
    about = source.about
    texts = {
        "README.md": readme(about, source.tables),
        "CHECKLIST.md": checklist(source),
        "CITATION.cff": citation(about),
        "TERMS.md": terms(),
        "manifest.json": json.dumps(_manifest(source), ensure_ascii=False, indent=2) + "\n",
        **study_files(about.study),
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _manifest(source: Source) -> dict[str, object]:
    about: About = source.about
    return {
        "study": about.study.id,
        "run_id": about.run_id,
        "published_at": about.published_at.isoformat(timespec="seconds"),
        "crawl_months": [month.isoformat() for month in about.months],
        "data_origins": list(about.data_origins),
        "simulated": "simulated" in about.data_origins,
        "codebook_version": about.study.codebook.version,
        "versions": dict(about.versions),
        "rows": {table.name: source.row_count(table) for table in source.tables},
    }


def write_bundle(source: Source, data: Path) -> list[Path]:
    """Write the zip under `data`; Parquet and CSV are taken from there if they are there."""
    from sz_assets.publish.dictionary import write_dictionary

    target = data / bundle_name(source.about)
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=data) as name:
        own = Path(name)
        _write_texts(source, own)
        (own / "dictionary").mkdir()
        write_dictionary(
            own / "dictionary", source.about.study, source.about.data_origins, beside_reports=False
        )
        files = [(path.relative_to(own).as_posix(), path) for path in _files(own)]
        for kind, write in (("parquet", write_parquet), ("csv", write_csv)):
            there = data / kind
            written = _files(there) if there.is_dir() else write(source, own / "data")
            files += [(f"data/{kind}/{path.name}", path) for path in written]
        _zip(target, sorted(files))
    return [target]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _zip(target: Path, files: Sequence[tuple[str, Path]]) -> None:
    root = target.stem
    sums = []
    with zipfile.ZipFile(target, "w") as archive:
        for name, path in files:
            with path.open("rb") as file:
                sums.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n")
            entry = _entry(f"{root}/{name}", path.suffix)
            entry.file_size = path.stat().st_size
            with path.open("rb") as file, archive.open(entry, "w") as stored:
                while block := file.read(1 << 20):
                    stored.write(block)
        archive.writestr(_entry(f"{root}/SHA256SUMS", ""), "".join(sums))


def _entry(name: str, suffix: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _TIME)
    small = suffix in _ALREADY_SMALL
    entry.compress_type = zipfile.ZIP_STORED if small else zipfile.ZIP_DEFLATED
    # Otherwise the zip would say on which system it was made.
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    return entry
