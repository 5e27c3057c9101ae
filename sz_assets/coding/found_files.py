"""Which files are meant by the paths that a user gives, and how each is called in messages.

Here: folders, in which the coders' files of one format are looked for. Not here: reading them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from sz_assets.coding.exchange.registry import Format
from sz_assets.errors import UserError

_SUFFIXES = {
    "csv": (".csv", ".tsv"),
    "xlsx": (".xlsx", ".xlsm"),
    "label-studio": (".json",),
    "doccano": (".jsonl", ".json", ".zip"),
    "refi-qda": (".qdpx",),
}
# What coders are given beside what comes back: codebooks, labels, tasks to import into a tool.
_GIVEN = ("-codebook.csv", "-labels.json", "-tasks.json", "-tasks.jsonl")


def files_of(
    paths: Sequence[Path], chosen: Format, coder_id: str | None
) -> tuple[list[Path], list[str]]:
    """The files, with those of that format in each folder, and notes on what was left out.

    In a folder, what a coder was given beside the sheet is left out unless it holds codes.
    UserError for a folder without any file of the format.
    """
    files: list[Path] = []
    notes = []
    for path in paths:
        if not _is_folder(path):
            files.append(path)
            continue
        found = list(_inside(path, _SUFFIXES[chosen.name]))
        left_out = [
            one for one in found if _is_given(one) and not _has_codes(one, chosen, coder_id)
        ]
        if len(found) == len(left_out):
            raise UserError(
                f"{path} holds no file of codes in the format {chosen.name}: name the folder with "
                "the coders' files, or correct --format."
            )
        files += [one for one in found if one not in left_out]
        if left_out:
            names = ", ".join(_word(str(one.relative_to(path))) for one in left_out)
            notes.append(f"Left out of {_word(str(path))}, since they hold no codes: {names}.")
    return files, notes


def labels_of(paths: Sequence[Path]) -> dict[Path, str]:
    """How each file is called in what is said of its rows: by its name where that is clear."""
    names = Counter(path.name for path in paths)
    if twice := [path for path in dict.fromkeys(paths) if paths.count(path) > 1]:
        raise UserError(f"The file {twice[0]} is given twice: give each file once.")
    return {path: _word(path.name if names[path.name] == 1 else str(path)) for path in paths}


def _inside(folder: Path, suffixes: Sequence[str]) -> Iterator[Path]:
    """Its files, but for hidden ones and the locks of spreadsheet programs (`~$a.xlsx`)."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        is_hidden = any(part.startswith((".", "~$")) for part in parts)
        if path.suffix.lower() in suffixes and path.is_file() and not is_hidden:
            yield path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, which is told when the file is read
        return False


def _is_given(path: Path) -> bool:
    return path.name.lower().endswith(_GIVEN)


def _has_codes(path: Path, chosen: Format, coder_id: str | None) -> bool:
    try:
        return bool(chosen.read_codes(path, coder_id=coder_id).codes)
    except UserError:
        return False


def _word(name: str) -> str:
    # A name need not be text: bytes that are none are shown as their codes.
    return name.encode(errors="backslashreplace").decode()
