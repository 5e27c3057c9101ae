"""What Label Studio exports: its JSON, one record per task, and JSON_MIN, one per annotation.

Here: reading. Not here: whether a task, coder or category exists (`import_checks`).

The newest annotation of a coder counts. A skipped one, one without a choice and a task without any
are "not coded yet". Predictions and drafts are not looked at: the first are not people's words, the
second are not finished. JSON_MIN lacks skipped annotations.

A plain export names people by a number only. One number in the whole file is the person that the
tasks were given to, or whom the user names; several must be told apart by the user
(`--coder 1=anna,2=bo`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sz_assets.coding.exchange.json_files import decoded, parse_array, read_bounded, text_or_none
from sz_assets.coding.exchange.label_studio_config import COMMENT, FURTHER, MAIN
from sz_assets.coding.exchange.records import NO_CATEGORY, Coded, FileReading, Place, Problem
from sz_assets.coding.exchange.who_coded import WhoCoded

_WHAT = "a JSON export of Label Studio"


class _Wrong(Exception):
    """Why a record or an annotation can't be used, and what to do."""


@dataclass(frozen=True)
class _Annotation:
    """One annotation as it stands in the file, in either format."""

    place: Place
    data: dict[str, Any]
    raw: dict[str, Any]
    is_minimal: bool

    @property
    def completer(self) -> str | None:
        """The e-mail address, or else the number in digits, of who made it."""
        who = self.raw.get("annotator" if self.is_minimal else "completed_by")
        if isinstance(who, dict):
            who = who.get("email") or who.get("id")
        if isinstance(who, int) and not isinstance(who, bool):
            return str(who)
        return text_or_none(who)

    @property
    def name(self) -> str:
        """How a message calls it."""
        number = self.raw.get("annotation_id" if self.is_minimal else "id")
        return "the annotation" if number is None else f"annotation {str(number)[:40]}"


@dataclass(frozen=True)
class _Said:
    """What an annotation says: a code, or null where the coder did not choose."""

    annotation: _Annotation
    task_id: str
    coder_id: str
    at: datetime | None
    code: Coded | None


def read_codes(path: Path, *, coder_id: str | None = None) -> FileReading:
    """The codes of an export (JSON or JSON_MIN).

    `coder_id` names the only annotator, where the file has just a number, or tells who is who:
    `1=anna,b@x.org=bo`. UserError if the file is cut short or no export.
    """
    text = decoded(read_bounded(path, _WHAT), path.name, _WHAT)
    reading = FileReading()
    annotations: list[_Annotation] = []
    for number, record in enumerate(parse_array(text, path.name, _WHAT), start=1):
        place = Place(path.name, number)
        try:
            found = list(_annotations(place, record))
        except _Wrong as error:
            reading.problems.append(Problem(place, str(error)))
            continue
        annotations += found
        if not found:
            reading.uncoded.append((place, record["data"]["task_id"]))
    who = WhoCoded.of(coder_id)
    numbers = {a.completer for a in annotations if (a.completer or "").isdecimal()}
    newest: dict[tuple[str, str], _Said] = {}
    for annotation in annotations:
        try:
            said = _said(annotation, who, is_only_one=len(numbers) == 1)
        except _Wrong as error:
            text = f"{annotation.name} of {annotation.data['task_id']}: {error}"
            reading.problems.append(Problem(annotation.place, text))
            continue
        key = (said.task_id, said.coder_id)
        other = newest.pop(key, None)
        if other is not None:
            said, other = (said, other) if _order(said) >= _order(other) else (other, said)
            _superseded(other, said, reading)
        newest[key] = said
    for said in newest.values():
        if said.code is None:
            reading.uncoded.append((said.annotation.place, said.task_id))
        else:
            reading.codes.append(said.code)
    return reading


def _annotations(place: Place, record: object) -> Iterator[_Annotation]:
    if not isinstance(record, dict):
        raise _Wrong("is not a task; export the project once more")
    is_minimal = "annotations" not in record and "data" not in record
    data = record if is_minimal else record.get("data")
    if not isinstance(data, dict) or text_or_none(data.get("task_id")) is None:
        raise _Wrong(
            "has no task_id, so that its video is unknown; use a project whose tasks were imported "
            "from the file that was exported for the coder"
        )
    if is_minimal:
        if "annotator" not in record:
            raise _Wrong("has neither annotations nor an annotator; export the project as JSON")
        yield _Annotation(place, data, record, is_minimal)
        return
    made = record.get("annotations")
    if not isinstance(made, list) or not all(isinstance(one, dict) for one in made):
        raise _Wrong("has no list of annotations; export the project as JSON, with all tasks")
    for raw in made:
        yield _Annotation(place, data, raw, is_minimal)


def _said(annotation: _Annotation, who: WhoCoded, *, is_only_one: bool) -> _Said:
    task_id: str = annotation.data["task_id"]
    coder = _coder(annotation, who, is_only_one=is_only_one)
    at = _instant(annotation.raw)
    categories, comment = _answer(annotation)
    code = None
    if categories is not None and annotation.raw.get("was_cancelled") is not True:
        code = Coded(
            task_id=task_id,
            coder_id=coder,
            categories=categories,
            place=annotation.place,
            coded_at=at,
            codebook_version=text_or_none(annotation.data.get("codebook_version")),
            sample_id=text_or_none(annotation.data.get("sample_id")),
            comment=comment,
        )
    return _Said(annotation, task_id, coder, at, code)


def _coder(annotation: _Annotation, who: WhoCoded, *, is_only_one: bool) -> str:
    completer = annotation.completer
    if completer is None:
        raise _Wrong("does not tell who made it; export the project once more")
    if completer in who.named:
        return who.named[completer]
    if not completer.isdecimal():
        return completer
    assigned = text_or_none(annotation.data.get("coder_id"))
    if is_only_one and not who.named and (only := who.everyone or assigned):
        return only
    raise _Wrong(
        f"was made by annotator {completer} of Label Studio, and the file does not tell who that "
        f"is; import it again with --coder {completer}=NAME, with a comma between several"
    )


def _instant(raw: dict[str, Any]) -> datetime | None:
    """When the annotation was last changed, in UTC without a zone."""
    value = raw.get("updated_at") or raw.get("created_at")
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    except (TypeError, ValueError, OverflowError) as error:
        raise _Wrong(
            f"has {str(value)[:40]!r} for a time; give the file as Label Studio exported it"
        ) from error


def _answer(annotation: _Annotation) -> tuple[tuple[str, ...] | None, str | None]:
    """The categories, main one first (null: none chosen), and the comment."""
    values = _minimal_values(annotation.raw) if annotation.is_minimal else _values(annotation.raw)
    main, further = values[MAIN], values[FURTHER]
    comment = "\n".join(values[COMMENT]) or None
    if not main and not further:
        return None, comment
    if len(main) != 1:
        raise _Wrong(
            f"has {len(main)} main categories ({', '.join(main) or 'but further ones'}); choose "
            "exactly one in Label Studio and export again"
        )
    if main == [NO_CATEGORY]:
        if further:
            raise _Wrong(
                f"says that no category fits, and {', '.join(further)}; correct one of the two"
            )
        return (), comment
    return (main[0], *(one for one in further if one != main[0])), comment


def _values(raw: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {MAIN: [], FURTHER: [], COMMENT: []}
    results = raw.get("result")
    if not isinstance(results, list):
        raise _Wrong("has no list of results; export the project as JSON")
    for result in results:
        control = result.get("from_name") if isinstance(result, dict) else None
        if control not in found:
            raise _Wrong(
                f"has an answer to {str(control)[:40]!r}, which our configuration does not ask; "
                "use the configuration that was exported with the tasks"
            )
        value = result.get("value")
        key = "text" if control == COMMENT else "choices"
        found[control] += _texts(value.get(key) if isinstance(value, dict) else None, control)
    return found


def _minimal_values(raw: dict[str, Any]) -> dict[str, list[str]]:
    """JSON_MIN has a text for one value, and an object or a list for several."""
    found = {}
    for control in (MAIN, FURTHER, COMMENT):
        value = raw.get(control, [])
        if isinstance(value, dict):
            value = value.get("text" if control == COMMENT else "choices")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            raise _Wrong(f"has several answers to {control!r}; export the project as JSON")
        found[control] = _texts(value, control)
    return found


def _texts(value: object, control: str) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise _Wrong(
            f"has an answer to {control!r} that is no text; "
            "use the configuration that was exported with the tasks"
        )
    return values


def _order(said: _Said) -> tuple[datetime, int]:
    number = said.annotation.raw.get("annotation_id" if said.annotation.is_minimal else "id")
    return said.at or datetime.min, number if isinstance(number, int) else 0


def _superseded(earlier: _Said, later: _Said, reading: FileReading) -> None:
    """Name an earlier code that a later annotation of the same coder replaced."""
    if earlier.code is None:
        reading.uncoded.append((earlier.annotation.place, earlier.task_id))
        return
    reading.problems.append(
        Problem(
            earlier.annotation.place,
            f"{earlier.annotation.name} of {earlier.task_id} by {earlier.coder_id} is older than "
            f"{later.annotation.name} of the same coder, which counts; delete it in Label Studio "
            "or import the good rows only (--keep-good)",
        )
    )
