"""What a cell of a sheet says, after a spreadsheet program had its way with it.

Here: texts, instants and ids, each from a text, a number or a date. Not here: rows and columns
(`sheet_reading`) or file formats.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

from sz_assets.coding.exchange.sheet_text import Broken

# Day 1 of a spreadsheet is 1900-01-01, and the 29th of February 1900 exists there.
_DAY_ZERO = datetime(1899, 12, 30)
_FIRST_DAY, _LAST_DAY = 36_526, 73_051  # 2000 to 2099: other numbers are no dates of a code
_EXACT_DIGITS = 15  # that a spreadsheet program keeps of a number
_ERROR = re.compile(r"#(?:NAME\?|REF!|VALUE!|N/A|DIV/0!|NUM!|NULL!)|Err:\d{3}")
_NO_TEXT = re.compile("[\ud800-\udfff]")  # how `sheet_text.decode` keeps bytes that are none
_EDGE = " \t\r\n\u00a0\u3000\u200b\ufeff"
TASK_ID = re.compile(r"[^\s:]+:\S+")

_TIME = (
    r"(?:[T ]*(?P<before>上午|下午)?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<after>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>[Zz]|UTC|[+\-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})(?P<gap>[-/.]|年)(?P<month>\d{1,2})(?:(?P=gap)|月)(?P<day>\d{1,2})日?" + _TIME
)
_YEAR_LAST = re.compile(
    r"(?P<one>\d{1,2})(?P<gap>[-/.])(?P<two>\d{1,2})(?P=gap)(?P<year>\d{4})" + _TIME
)


class Unusable(Exception):
    """Why a cell can't be used, and the remedy, as the second half of a sentence."""


def text_of(value: object) -> str:
    """A cell as text; empty for an empty one. Whole numbers have no decimal point."""
    if isinstance(value, Broken):
        raise Unusable(value.why)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str) and _ERROR.fullmatch(value.strip()):
        raise Unusable(f"holds the error {value.strip()}; write text that is not a formula")
    text = str(value)
    if _NO_TEXT.search(text):
        raise Unusable("has bytes that are not text; save the file once more as CSV UTF-8")
    return text


def trimmed(value: object) -> str:
    return text_of(value).strip(_EDGE)


def task_id_of(value: object) -> str:
    """A task id, which no program changes unless somebody replaced it."""
    text = trimmed(value)
    if TASK_ID.fullmatch(text):
        return text
    if not text:
        raise Unusable("is empty; copy it from the sheet that the coder was given")
    if _number(text) is not None:
        raise Unusable(
            f"is the number {text}, of which a spreadsheet program may have lost the last digits; "
            "copy the column from the sheet that the coder was given"
        )
    raise Unusable(
        f"is {text[:80]!r}, which is not account:video; copy it from the sheet that the coder "
        "was given"
    )


def is_same_id(shown: object, true: str) -> bool:
    """Whether a cell is the id, or what is left of it after a program took it for a number.

    A program keeps 15 digits of a number and may show fewer: 7.29E+18.
    """
    text = trimmed(shown)
    if text in ("", true):
        return True
    number = _number(text)
    if number is None or not (true.isascii() and true.isdecimal()):
        return False
    wanted = Decimal(true)
    if len(true) <= _EXACT_DIGITS and "e" not in text.casefold():
        return number == wanted
    if float(number) == float(wanted):
        return True
    # To how many digits the number was rounded: as shown, or up to the zeros.
    shown_digits = "".join(map(str, number.as_tuple().digits))
    if "e" not in text.casefold():
        shown_digits = shown_digits.rstrip("0")
    digits = max(min(len(shown_digits), _EXACT_DIGITS), 1)
    unit = Decimal(10) ** max(len(true) - digits, 0)
    rounded = (number / unit).quantize(1) * unit
    # Programs cut, round, and round twice: then the last of 15 digits may be one off.
    slack = unit if digits == _EXACT_DIGITS else unit / 2
    return float(rounded) == float(number) and abs(rounded - wanted) <= slack


def _number(text: str) -> Decimal | None:
    if not re.fullmatch(r"[+\-]?[\d.,\s]*\d[\d.,\s]*(?:[eE][+\-]?\d{1,3})?", text):
        return None
    plain = re.sub(r"\s", "", text)
    # A comma is a decimal one only before an exponent: 7,29E+18.
    plain = plain.replace(",", "." if "e" in plain.casefold() and "." not in plain else "")
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def instant_of(value: object) -> datetime | None:
    """An instant in UTC without a zone; null for an empty cell.

    A time without a zone is UTC, as the sheets are written in it; a day without a time is its
    start. Dates whose day and month could be swapped are refused.
    """
    if isinstance(value, datetime):
        return value
    text = trimmed(value)
    if not text:
        return None
    number = _number(text)
    if number is not None and re.fullmatch(r"[\d.,]+", text) and _FIRST_DAY <= number < _LAST_DAY:
        # A program's own date; it keeps them to about a millisecond.
        return _DAY_ZERO + timedelta(milliseconds=round(number * 86_400_000))
    found = _YEAR_FIRST.fullmatch(text)
    try:
        if found:
            return _instant(found, int(found["month"]), int(found["day"]))
        if found := _YEAR_LAST.fullmatch(text):
            one, two = int(found["one"]), int(found["two"])
            if one > 12 or one == two:
                return _instant(found, two, one)
            if two > 12:
                return _instant(found, one, two)
            raise Unusable(f"is {text!r}, which may mean two days; write it as 2024-03-05 14:22")
    except (ValueError, OverflowError):
        pass
    raise Unusable(f"is {text[:80]!r}, which is not a date; write it as 2024-03-05 14:22")


def _instant(found: re.Match[str], month: int, day: int) -> datetime:
    hour = int(found["hour"] or 0)
    half = found["before"] or (found["after"] or "").replace(".", "").casefold()
    if half in ("下午", "pm") and hour < 12:
        hour += 12
    elif half in ("上午", "am") and hour == 12:
        hour = 0
    micro = int((found["fraction"] or "0").ljust(6, "0")[:6])
    minute, second = int(found["minute"] or 0), int(found["second"] or 0)
    local = datetime(int(found["year"]), month, day, hour, minute, second, micro)
    zone = found["zone"]
    if zone is None or zone.casefold() in ("z", "utc"):
        return local
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    aware = local.replace(tzinfo=timezone(-offset if zone[0] == "-" else offset))
    return aware.astimezone(UTC).replace(tzinfo=None)
