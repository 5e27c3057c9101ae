"""The bundled Chinese font, in the form the renderer reads fastest.

Here: that form and its registration. Not here: which families a chart names (`theme`).

The renderer parses the whole font again for each text and each glyph, and its parser walks the
charset, the list of all glyphs' identifiers, which is 13,146 ranges long in Noto Sans SC. Nothing
is drawn by identifier. A copy whose charset is one range ("glyph n is called n") differs in five
bytes, gives the same pictures to the last pixel, and takes a third of the time.
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

from sz_assets.charts.made_once import FOLDER, keep

# Top DICT operators of CFF (Adobe technical note 5176, tables 9 and 10).
_CHARSET, _ESCAPE, _ROS = 15, 12, 30
_IDENTITY = struct.Struct(">BHH")  # charset format 2, first identifier, further glyphs


@cache
def register_font() -> None:
    """Give the renderer Noto Sans SC; without it Chinese becomes boxes and no error is raised."""
    import vl_convert
    from pylopdf_fonts_zh_cn import sans_path

    vl_convert.register_font_directory(str(prepare_font(sans_path(), FOLDER).parent))


def prepare_font(original: Path, folder: Path) -> Path:
    """The fast copy of the font in `folder`, made if it is not there or not whole.

    Where the folder can't be written, the original: the same pictures, more slowly.
    """
    copy = folder / original.name
    return copy if keep(copy, with_short_charset(original.read_bytes())) else original


def with_short_charset(font: bytes) -> bytes:
    """The OpenType font with its glyphs' identifiers numbered through, if it is CID-keyed CFF.

    Any other font, and one that is numbered through already, is given back as it is.
    """
    tables = _tables(font)
    if "CFF " not in tables:
        return font
    operators = _top_dict(font, tables["CFF "])
    if _ESCAPE << 8 | _ROS not in operators or _CHARSET not in operators:
        return font
    charset = tables["CFF "] + operators[_CHARSET]
    (glyphs,) = struct.unpack_from(">H", font, tables["maxp"] + 4)
    if _charset_size(font, charset, glyphs) < _IDENTITY.size:
        return font  # nowhere to write the range without moving what follows
    numbered = _IDENTITY.pack(2, 1, glyphs - 2)  # glyph 0 is not listed
    return font[:charset] + numbered + font[charset + _IDENTITY.size :]


def _tables(font: bytes) -> dict[str, int]:
    """Offsets of the font's tables by tag."""
    (count,) = struct.unpack_from(">H", font, 4)
    records = struct.iter_unpack(">4sIII", font[12 : 12 + 16 * count])
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
