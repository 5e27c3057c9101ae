"""A release's manifest: what it holds, what made it, and the hashes of its files.

Here: writing it, reading it back with distrust, and comparing files with it. Not here: which
releases there are (`history`).
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sz_assets
from sz_assets.disk import write_bytes
from sz_assets.errors import UserError
from sz_assets.study import Study

MANIFEST = "manifest.json"
_SHAPE: dict[str, type] = {
    "run_id": str,
    "study": str,
    "published_at": str,
    "crawl_months": list,
    "data_origins": list,
    "simulated": bool,
    "storage_version": str,
    "versions": dict,
    "tables": dict,
}


def describe(
    study: Study,
    run_id: str,
    published_at: datetime,
    storage_version: str,
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """What the manifest says, but for the files; `facts` as from `inspect_warehouse`."""
    months = [month.isoformat() for month in facts["origins"]]
    return {
        "run_id": run_id,
        "study": study.id,
        "study_name": {"zh": study.name.zh, "en": study.name.en},
        "published_at": published_at.isoformat(timespec="seconds"),
        "crawl_months": months,
        "first_crawl_month": months[0] if months else None,
        "last_crawl_month": months[-1] if months else None,
        "data_origins": facts["data_origins"],
        "simulated": "simulated" in facts["data_origins"],
        "versions": {
            "sz_assets": sz_assets.__version__,
            "duckdb": version("duckdb"),
            "polars": version("polars"),
            "python": platform.python_version(),
            "codebook": study.codebook.version,
        },
        "storage_version": storage_version,
        "videos_by_month": {str(month): n for month, n in facts["videos_by_month"].items()},
        "tables": {
            name: {**table, "columns_md5": _columns_md5(table["columns"])}
            for name, table in facts["tables"].items()
        },
    }


def write_manifest(
    folder: Path,
    description: Mapping[str, Any],
    earlier: Path | None = None,
    hashed: Mapping[str, dict[str, Any]] | None = None,
) -> None:
    """Write the manifest of a folder that is complete but for it.

    A file that is one and the same with that of an `earlier` release is not hashed again, nor is
    one that is in `hashed`, as the manifest is to say it.
    """
    known = {**(_shared(folder, earlier) if earlier else {}), **(hashed or {})}
    content = json.dumps(
        {**description, "files": hashes(folder, known)},
        indent=2,
        ensure_ascii=False,
        allow_nan=False,
    )
    write_bytes(folder / MANIFEST, content.encode())


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a release; UserError if it is missing or damaged."""
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
        read = json.loads(text, parse_constant=_refuse_constant)
        if not isinstance(read, dict):
            raise ValueError("it is no object")
        for name, kind in _SHAPE.items():
            if not isinstance(read.get(name), kind):
                raise ValueError(f"it lacks {name}")
        months_of(read)
        published_at_of(read)
        _refuse_damaged(read)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else " ".join(str(error).split())
        raise UserError(
            f"The manifest of release {folder.name} can't be read ({why}): publish again with "
            "sz-assets run, or make another release current with sz-assets releases rollback."
        ) from error
    return read


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _refuse_damaged(read: Mapping[str, Any]) -> None:
    """ValueError if lists, tables or files are not what those who print them expect.

    A release from before a custom may lack keys, columns and files.
    """
    if not _are_texts(read["data_origins"]):
        raise ValueError("data_origins is no list of texts")
    for name, table in read["tables"].items():
        if not isinstance(table, dict):
            raise ValueError("its tables are none")
        if type(table.get("rows")) is not int:
            raise ValueError(f"the rows of {name} are no number")
        if not _are_texts(table.get("key", [])):
            raise ValueError(f"the key of {name} is no list of texts")
    files = read.get("files", {})
    if not isinstance(files, dict):
        raise ValueError("its files are none")
    for name, file in files.items():
        if not isinstance(file, dict) or type(file.get("bytes")) is not int:
            raise ValueError(f"it tells no bytes of {name}")


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def months_of(manifest: Mapping[str, Any]) -> tuple[date, ...]:
    """The crawl months of a release; ValueError or TypeError if they are none."""
    return tuple(date.fromisoformat(month) for month in manifest["crawl_months"])


def published_at_of(manifest: Mapping[str, Any]) -> datetime:
    """When it was published, with its zone; ValueError if that is no time."""
    found = datetime.fromisoformat(manifest["published_at"])
    if found.tzinfo is None:
        raise ValueError("published_at has no zone")
    return found


def rows_of(manifest: Mapping[str, Any]) -> int:
    """The rows of all its tables together."""
    return sum(table["rows"] for table in manifest["tables"].values())


def _shared(folder: Path, earlier: Path) -> dict[str, dict[str, Any]]:
    """What an earlier release's manifest says of the files that both folders share."""
    try:
        said = read_manifest(earlier).get("files", {})
    except UserError:
        return {}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {
        name: said[name]
        for name in there & said.keys()
        if (earlier / name).exists() and (earlier / name).samefile(folder / name)
    }


def hashes(
    folder: Path, known: Mapping[str, dict[str, Any]] | None = None
) -> dict[str, dict[str, Any]]:
    """Bytes and SHA-256 of each file under the folder but the manifest, by relative path.

    What is `known` of a file is taken instead of reading it.
    """
    known = known or {}
    paths = sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    told = {str(path.relative_to(folder)): path for path in paths if path != folder / MANIFEST}
    kept = [path for name, path in told.items() if name not in known]
    with ThreadPoolExecutor(2) as pool:
        digests = list(pool.map(_sha256, kept))
    found = {
        str(path.relative_to(folder)): {"bytes": path.stat().st_size, "sha256": digest}
        for path, digest in zip(kept, digests, strict=True)
    }
    return {name: known.get(name) or found[name] for name in told}


def changes(folder: Path, manifest: Mapping[str, Any]) -> Sequence[str]:
    """What differs between a release's files and its manifest, a sentence each; empty if nothing.

    The manifest's names are compared, never opened.
    """
    named = manifest.get("files")
    if not isinstance(named, dict):
        return ["The manifest names no files."]
    found = hashes(folder)
    return [
        *(f"{name} is missing." for name in sorted(named.keys() - found.keys())),
        *(f"{name} is not in the manifest." for name in sorted(found.keys() - named.keys())),
        *(
            f"{name} has changed bytes."
            for name in sorted(named.keys() & found.keys())
            if named[name] != found[name]
        ),
    ]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _columns_md5(columns: Mapping[str, str]) -> str:
    text = json.dumps(list(columns.items()), ensure_ascii=False)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
