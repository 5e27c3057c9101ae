"""The bundled Chinese font, in the form the renderer reads fastest.

Here: that form and its registration. Not here: which families a chart names (`theme`).

The renderer maps the font of 8 MB anew and parses it for each text and, several times, for each
glyph; most texts are spared it (`placed_texts`, `drawn_text`), not all. Two things make that slow.
Its parser walks the charset, the list of all glyphs' identifiers, which is 13,146 ranges long in
Noto Sans SC; nothing is drawn by identifier, so one range ("glyph n is called n") serves as well.
And what it reads each time lies in seven places, each of which costs a page fault, since the system
maps some 64 KB around the place asked for and no more. So the copy has its small tables first, then
the glyphs, with their lists where the charset was, then the large tables: three places. No glyph is
left out and no outline touched, so it gives the same pictures to the last pixel.
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

from sz_assets.charts.made_once import FOLDER, keep

# Top DICT operators of CFF (Adobe technical note 5176, tables 9 and 10).
_CHARSET, _ESCAPE, _ROS, _FD_ARRAY, _FD_SELECT = 15, 12, 12 << 8 | 30, 12 << 8 | 36, 12 << 8 | 37
_IDENTITY = struct.Struct(">BHH")  # charset format 2, first identifier, further glyphs
_RECORD = struct.Struct(">4sIII")  # tag, checksum, offset, length
_SMALL = 4096  # bytes of a table that stands in front
_PLACE = 1 << 16  # bytes that one page fault maps, at a multiple of as many


@cache
def register_font() -> None:
    """Give the renderer Noto Sans SC; without it Chinese becomes boxes and no error is raised."""
    import vl_convert

    vl_convert.register_font_directory(str(prepare_font(font_file(), FOLDER).parent))


def font_file() -> Path:
    """Noto Sans SC as it was installed."""
    from pylopdf_fonts_zh_cn import sans_path

    return Path(sans_path())


def prepare_font(original: Path, folder: Path) -> Path:
    """The fast copy of the font in `folder`, made if it is not there or not whole.

    Where the folder can't be written, the original: the same pictures, more slowly.
    """
    copy = folder / original.name
    made = in_few_places(with_short_charset(original.read_bytes()))
    return copy if keep(copy, made) else original


def with_short_charset(font: bytes) -> bytes:
    """The OpenType font with its glyphs' identifiers numbered through, if it is CID-keyed CFF.

    The lists of the glyphs' sub-fonts (FDSelect and FDArray) follow the numbering where the old
    one leaves room. Any other font, and one that is numbered through already, is given back as it
    is.
    """
    tables = _tables(font)
    if "CFF " not in tables:
        return font
    cff = tables["CFF "]
    operators = _top_dict(font, cff)
    if not {_ROS, _CHARSET, _FD_ARRAY, _FD_SELECT} <= operators.keys():
        return font
    charset = cff + operators[_CHARSET]
    (glyphs,) = struct.unpack_from(">H", font, tables["maxp"] + 4)
    room = _charset_size(font, charset, glyphs)
    if room < _IDENTITY.size:
        return font  # nowhere to write the range without moving what follows
    made = bytearray(font)
    numbered = _IDENTITY.pack(2, 1, glyphs - 2)  # glyph 0 is not listed
    made[charset : charset + len(numbered)] = numbered
    free = charset + len(numbered)
    _, names_end = _index_end(font, cff + font[cff + 2])
    _, dict_end = _index_end(font, names_end)
    for operator, size in ((_FD_SELECT, _fd_select_size), (_FD_ARRAY, _index_size)):
        old = cff + operators[operator]
        content = font[old : old + size(font, old)]
        operand = _wide_operand(operators[operator], operator)
        at = font.find(operand, names_end, dict_end)
        if not content or at < 0 or free + len(content) > charset + room:
            continue
        made[at : at + len(operand)] = _wide_operand(free - cff, operator)
        made[free : free + len(content)] = content
        free += len(content)
    return bytes(made)


def in_few_places(font: bytes) -> bytes:
    """The OpenType font with its tables in another order: small ones, glyphs, large ones.

    The large ones begin at a new `_PLACE`, where the smallest of them stand together.
    """
    count = struct.unpack_from(">H", font, 4)[0]
    records = list(_RECORD.iter_unpack(font[12 : 12 + _RECORD.size * count]))
    records.sort(key=lambda record: (_rank(record[0], record[3]), record[3], record[0]))
    directory, body = [], bytearray(font[: 12 + _RECORD.size * count])
    before = 0
    for tag, checksum, offset, length in records:
        rank = _rank(tag, length)
        body += bytes(-len(body) % (_PLACE if before < rank == 2 else 4))
        before = rank
        directory.append((tag, checksum, len(body), length))
        body += font[offset : offset + length]
    for number, record in enumerate(sorted(directory)):
        _RECORD.pack_into(body, 12 + _RECORD.size * number, *record)
    return bytes(body)


def _rank(tag: bytes, length: int) -> int:
    return 1 if tag == b"CFF " else 2 if length >= _SMALL else 0


def _wide_operand(value: int, operator: int) -> bytes:
    """A number in its longest form and the two-byte operator after it."""
    return struct.pack(">BiH", 29, value, operator)


def _fd_select_size(font: bytes, start: int) -> int:
    """Bytes of the FDSelect at `start` if it lists ranges, as in each large font; else 0."""
    (ranges,) = struct.unpack_from(">H", font, start + 1)
    return 5 + 3 * ranges if font[start] == 3 else 0


def _index_size(font: bytes, start: int) -> int:
    return _index_end(font, start)[1] - start


def _tables(font: bytes) -> dict[str, int]:
    """Offsets of the font's tables by tag."""
    (count,) = struct.unpack_from(">H", font, 4)
    records = _RECORD.iter_unpack(font[12 : 12 + _RECORD.size * count])
    return {tag.decode("latin-1"): offset for tag, _, offset, _ in records}


def _charset_size(font: bytes, start: int, glyphs: int) -> int:
    """Bytes of the charset at `start`: its format, then identifiers or ranges of them."""
    if font[start] == 0:
        return 1 + 2 * (glyphs - 1)
    record = struct.Struct(">HB" if font[start] == 1 else ">HH")
    position, left = start + 1, glyphs - 1
    while left > 0:
        left -= 1 + record.unpack_from(font, position)[1]
        position += record.size
    return position - start


def _index_end(font: bytes, start: int) -> tuple[int, int]:
    """Where the data of a CFF INDEX begin, and where it ends."""
    count, size = struct.unpack_from(">HB", font, start)
    if count == 0:
        return start + 2, start + 2
    data = start + 3 + (count + 1) * size
    last = int.from_bytes(font[data - size : data], "big")
    return data, data + last - 1


def _top_dict(font: bytes, cff: int) -> dict[int, int]:
    """The first Top DICT: each operator with its last operand, 0 for a real number."""
    _, names_end = _index_end(font, cff + font[cff + 2])
    position, end = _index_end(font, names_end)
    operators: dict[int, int] = {}
    operand = 0
    while position < end:
        byte = font[position]
        position += 1
        if byte <= 21:
            if byte == _ESCAPE:
                byte = _ESCAPE << 8 | font[position]
                position += 1
            operators[byte] = operand
        elif byte == 28:
            (operand,) = struct.unpack_from(">h", font, position)
            position += 2
        elif byte == 29:
            (operand,) = struct.unpack_from(">i", font, position)
            position += 4
        elif byte == 30:
            while font[position] & 0x0F != 0x0F and font[position] >> 4 != 0x0F:
                position += 1
            operand, position = 0, position + 1
        elif byte <= 246:
            operand = byte - 139
        elif byte <= 250:
            operand, position = (byte - 247) * 256 + font[position] + 108, position + 1
        else:
            operand, position = -(byte - 251) * 256 - font[position] - 108, position + 1
    return operators
