"""Douyin's JSON, read without trust: envelopes, lists of items, single fields.

Here: where the items of a body begin and end, and tolerant reading of one field. Not here: what
an item means (`douyin_items`) or whether an answer is a refusal (`douyin`).
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

import msgspec
from msgspec import Raw

NULL = Raw(b"null")
LARGEST_COUNT = 2**53
# What msgspec raises on bytes that are not JSON, not UTF-8, or nested beyond all reason.
DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_BOM = b"\xef\xbb\xbf"
_SURROGATES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class Envelope(msgspec.Struct):
    """The fields that tell what a JSON object is; each left as its own bytes."""

    status_code: Raw = NULL
    aweme_list: Raw = NULL
    has_more: Raw = NULL
    max_cursor: Raw = NULL
    verify_ticket: Raw = NULL
    not_login_module: Raw = NULL
    user: Raw = NULL
    aweme_id: Raw = NULL


class _Identity(msgspec.Struct):
    aweme_id: Raw = NULL


@dataclass(frozen=True)
class Sliced:
    """A body and the bytes of each of its items; `envelope` is None if it is not one object."""

    envelope: Envelope | None
    items: list[Raw] | None


class NotJson(ValueError):
    """The bytes are not JSON. The message says where."""


_ENVELOPE = msgspec.json.Decoder(Envelope)
_IDENTITY = msgspec.json.Decoder(_Identity)
_ELEMENTS = msgspec.json.Decoder(list[Raw])
_Scalar = int | float | str | bool | None
_SCALAR = msgspec.json.Decoder(_Scalar)


def slice_body(body: bytes) -> Sliced:
    """The items of a page object, of a bare list, or of lines of either (NDJSON).

    `items` is None for an object without a list. Raises NotJson.
    """
    text = without_mark(body)
    try:
        return _slice(text)
    except DECODE_ERRORS as error:
        lines = text.split(b"\n")
        if len(lines) == 1 or not _is_json(lines[0]):
            raise NotJson(_place(error)) from None
        return Sliced(envelope=None, items=_slice_lines(lines))


def without_mark(body: bytes) -> bytes:
    """The text without a byte order mark and surrounding space."""
    return body.removeprefix(_BOM).strip()


def elements(raw: Raw) -> list[Raw] | None:
    """The elements of a list, each as its own bytes; None if it is no list."""
    try:
        return _ELEMENTS.decode(raw)
    except DECODE_ERRORS:
        return None


def is_present(raw: Raw) -> bool:
    """Whether a field was given and says something."""
    return bytes(raw).strip() not in (b"null", b'""', b"{}", b"[]", b"false")


def read_text(raw: Raw) -> str | None:
    """A text; None if it is missing, no text, or not UTF-8."""
    value = _read_scalar(raw)
    return value if isinstance(value, str) else None


def read_whole(raw: Raw) -> int | None:
    """A whole number, also one written as text; None if it is anything else."""
    value = _read_scalar(raw)
    if isinstance(value, str):
        return int(value) if re.fullmatch("[0-9]{1,18}", value) else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value


def read_count(raw: Raw) -> int | None:
    """A counter; None if it is missing, negative (the platform's -1), or not a whole number."""
    value = read_whole(raw)
    return value if value is not None and 0 <= value <= LARGEST_COUNT else None


def read_flag(raw: Raw) -> bool | None:
    """A truth value written as true/false, 1/0 or "1"/"0"; None if it is anything else."""
    value = _read_scalar(raw)
    if isinstance(value, bool):
        return value
    return {0: False, 1: True}.get(whole) if (whole := read_whole(raw)) is not None else None


def read_id(raw: Raw) -> str | None:
    """An id of digits as text, whether written as text or as a number; None if it is neither.

    A number in floating point has lost its last digits and is refused.
    """
    value = _read_scalar(raw)
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return text if isinstance(text, str) and re.fullmatch("[1-9][0-9]{0,31}", text) else None


def read_ids(items: list[Raw]) -> frozenset[str]:
    """The ids of those items that bear a usable one."""
    ids = set()
    for item in items:
        with suppress(*DECODE_ERRORS):
            ids.add(read_id(_IDENTITY.decode(item).aweme_id))
    return frozenset(one for one in ids if one)


def mend_surrogates(text: bytes) -> bytes:
    """The same JSON with each half surrogate pair replaced by U+FFFD, of the same length."""
    # A large item has a thousand other escapes, at each of which the whole pattern is tried.
    if not _SURROGATE.search(text):
        return text

    def mend(match: re.Match[bytes]) -> bytes:
        return rb"\ufffd" if match[1] else match[0]

    return _SURROGATES.sub(mend, text)


def _read_scalar(raw: Raw) -> _Scalar:
    try:
        value: _Scalar = _SCALAR.decode(raw)
    except DECODE_ERRORS:
        return None
    return value


def _slice(text: bytes) -> Sliced:
    try:
        return _slice_strictly(text)
    except DECODE_ERRORS:
        # The platform cuts names in the middle of an emoji; half of one is not valid in JSON.
        mended = mend_surrogates(text)
        if mended == text:
            raise
        return _cut_from_original(text, mended, _slice_strictly(mended))


def _slice_strictly(text: bytes) -> Sliced:
    if text[:1] == b"[":
        return Sliced(envelope=None, items=_ELEMENTS.decode(text))
    envelope = _ENVELOPE.decode(text)
    items = elements(envelope.aweme_list)
    if items is None and is_present(envelope.aweme_id):
        items = [Raw(text)]
    return Sliced(envelope, items)


def _cut_from_original(text: bytes, mended: bytes, sliced: Sliced) -> Sliced:
    """The same slices with their original bytes: the mended text has the same length."""
    if not sliced.items:
        return sliced
    has_list = sliced.envelope is not None and elements(sliced.envelope.aweme_list) is not None
    whole = bytes(sliced.envelope.aweme_list) if sliced.envelope and has_list else mended
    position = mended.index(whole)
    originals = []
    for item in sliced.items:
        position = mended.index(bytes(item), position)
        end = position + len(bytes(item))
        originals.append(Raw(text[position:end]))
        position = end
    return Sliced(sliced.envelope, originals)


def _slice_lines(lines: list[bytes]) -> list[Raw]:
    items: list[Raw] = []
    for number, line in enumerate(lines, start=1):
        if not (line := line.strip()):
            continue
        try:
            sliced = _slice(line)
        except DECODE_ERRORS as error:
            raise NotJson(f"line {number}: {_place(error)}") from None
        items.extend([Raw(line)] if sliced.items is None else sliced.items)
    return items


def _is_json(line: bytes) -> bool:
    try:
        _slice(line.strip())
    except DECODE_ERRORS:
        return False
    return True


def _place(error: Exception) -> str:
    """Where and why, in the decoder's words, which quote nothing of the body."""
    if isinstance(error, msgspec.DecodeError):
        return str(error)
    return "nested too deeply" if isinstance(error, RecursionError) else "not UTF-8"
