"""The fast copy of the bundled font: the same pictures, made safely, and only where it can be."""

from __future__ import annotations

import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pylopdf_fonts_zh_cn import sans_path

from sz_assets.charts import fonts
from sz_assets.charts.fonts import in_few_places, prepare_font, with_short_charset

ORIGINAL = sans_path().read_bytes()

# Fonts are registered for a whole process, so each picture is made in its own.
_DRAW = """
import sys
import vl_convert
from sz_assets.charts import theme
vl_convert.register_font_directory(sys.argv[1])
texts = sys.argv[2:]
svg = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400">' + "".join(
    f'<text x="5" y="{30 * row}" font-size="24" font-family="{theme.FONT}">{text}</text>'
    for row, text in enumerate(texts, start=1)
) + "</svg>"
sys.stdout.buffer.write(vl_convert.svg_to_png(svg))
"""


def draw(folder: Path, *texts: str) -> bytes:
    done = subprocess.run(
        [sys.executable, "-c", _DRAW, str(folder), *texts], capture_output=True, check=True
    )
    return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare_font(sans_path(), tmp_path_factory.mktemp("fonts"))


def test_the_copy_draws_the_same_picture_common_rare_and_kerned(copy: Path, tmp_path: Path) -> None:
    (tmp_path / sans_path().name).symlink_to(sans_path())
    texts = ("深圳交警", "龘珩玥囧", "AVATAR To (10⁴)", "，。！￥—…①")
    assert draw(copy.parent, *texts) == draw(tmp_path, *texts)


def test_chinese_is_drawn_and_not_as_boxes(copy: Path) -> None:
    # Without the font every character is the same box, and all pictures are the same.
    assert len({draw(copy.parent, text) for text in ("深圳", "交警", "龘囧")}) == 3


def tables_of(font: bytes) -> dict[bytes, bytes]:
    count = struct.unpack_from(">H", font, 4)[0]
    records = fonts._RECORD.iter_unpack(font[12 : 12 + 16 * count])
    return {tag: font[offset : offset + length] for tag, _, offset, length in records}


def test_the_copy_has_every_table_and_every_glyph_as_they_were(copy: Path) -> None:
    made, old = tables_of(copy.read_bytes()), tables_of(ORIGINAL)
    new_glyphs, old_glyphs = made.pop(b"CFF "), old.pop(b"CFF ")
    assert made == old
    before, after = fonts._top_dict(old_glyphs, 0), fonts._top_dict(new_glyphs, 0)
    moved = {fonts._FD_SELECT, fonts._FD_ARRAY}
    assert {key for key in before if before[key] != after[key]} == moved
    # Besides the two numbers that say where the lists lie, only the charset's room is written in.
    (glyphs,) = struct.unpack_from(">H", made[b"maxp"], 4)
    charset = before[fonts._CHARSET]
    end = charset + fonts._charset_size(old_glyphs, charset, glyphs)
    changed = [n for n, (a, b) in enumerate(zip(old_glyphs, new_glyphs, strict=True)) if a != b]
    _, names_end = fonts._index_end(old_glyphs, old_glyphs[2])
    _, dict_end = fonts._index_end(old_glyphs, names_end)
    assert all(names_end < at < dict_end or charset <= at < end for at in changed)
    assert new_glyphs[charset:][:5] == struct.pack(">BHH", 2, 1, glyphs - 2)
    for where, size in (
        (fonts._FD_SELECT, fonts._fd_select_size),
        (fonts._FD_ARRAY, fonts._index_size),
    ):
        length = size(old_glyphs, before[where])
        assert length > 50
        assert new_glyphs[after[where] :][:length] == old_glyphs[before[where] :][:length]


def test_what_is_read_for_each_glyph_lies_in_three_places(copy: Path) -> None:
    """The beginnings of tables and lists, and the end of the list of outlines."""

    def places(font: bytes) -> set[int]:
        tables = fonts._tables(font)
        cff = tables["CFF "]
        lists = {key: cff + at for key, at in fonts._top_dict(font, cff).items()}
        outlines = lists[17]
        read = {at for tag, at in tables.items() if tag not in ("hmtx", "vmtx")}
        read |= {lists[key] for key in (fonts._CHARSET, fonts._FD_SELECT, fonts._FD_ARRAY)}
        read |= {outlines, fonts._index_end(font, outlines)[0] - 3}
        return {at >> 16 for at in read}

    assert len(places(copy.read_bytes())) == 3
    assert len(places(with_short_charset(ORIGINAL))) > len(places(copy.read_bytes()))


def test_a_copy_of_the_copy_is_the_copy(copy: Path) -> None:
    made = copy.read_bytes()
    assert with_short_charset(made) == made
    assert in_few_places(made) == made


def test_where_the_lists_have_no_room_they_stay_and_the_range_is_written() -> None:
    old = ORIGINAL
    tables = fonts._tables(old)
    at = tables["CFF "] + fonts._top_dict(old, tables["CFF "])[fonts._CHARSET]
    (glyphs,) = struct.unpack_from(">H", old, tables["maxp"] + 4)
    # Two ranges for all glyphs: ten bytes less three, for which no list is small enough.
    narrow = struct.pack(">BHHHH", 2, 1, 9, 20, glyphs - 12)
    made = with_short_charset(old[:at] + narrow + old[at + len(narrow) :])
    assert made[at : at + 5] == struct.pack(">BHH", 2, 1, glyphs - 2)
    operators = [fonts._top_dict(font, tables["CFF "]) for font in (old, made)]
    assert operators[0] == operators[1]


def test_a_font_of_another_kind_is_left_as_it_is() -> None:
    directory = struct.pack(">IHHHH4sIII", 0x10000, 1, 16, 0, 0, b"glyf", 0, 28, 4)
    assert with_short_charset(directory + b"data") == directory + b"data"
    # The same font, said not to be CID-keyed: the operator ROS made another one.
    at = ORIGINAL.index(b"\x0c\x1e", fonts._tables(ORIGINAL)["CFF "])
    named = ORIGINAL[:at] + b"\x0c\x26" + ORIGINAL[at + 2 :]
    assert with_short_charset(named) == named


@pytest.mark.parametrize(
    ("operand", "value"),
    [(b"\x8b", 0), (b"\xef", 100), (b"\x27", -100), (b"\xfa\x7c", 1000), (b"\xfe\x7c", -1000),
     (b"\x1c\xd8\xf0", -10_000), (b"\x1d\x00\x01\x86\xa0", 100_000), (b"\x1e\xe2\xa2\x5f", 0)],
)  # fmt: skip
def test_every_kind_of_number_in_a_top_dict_is_read(operand: bytes, value: int) -> None:
    """The examples of Adobe technical note 5176, table 4 and section 4."""
    data = operand + b"\x05" + b"\x8c\x0f"
    header, names = b"\x01\x00\x04\x01", b"\x00\x01\x01\x01\x02A"
    index = b"\x00\x01\x01\x01" + bytes([1 + len(data)]) + data
    assert fonts._top_dict(header + names + index, 0) == {5: value, 15: 1}


def test_a_copy_that_is_damaged_or_old_is_made_anew(tmp_path: Path) -> None:
    copy = prepare_font(sans_path(), tmp_path / "fonts")
    whole = copy.read_bytes()
    copy.write_bytes(whole[:1000])
    assert prepare_font(sans_path(), tmp_path / "fonts").read_bytes() == whole
    made_at = copy.stat().st_mtime_ns
    prepare_font(sans_path(), tmp_path / "fonts")
    assert copy.stat().st_mtime_ns == made_at


def test_processes_that_make_it_at_once_leave_one_whole_copy(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pylopdf_fonts_zh_cn import sans_path; "
        "from sz_assets.charts.fonts import prepare_font; "
        "assert prepare_font(sans_path(), Path(sys.argv[1])).parent == Path(sys.argv[1])"
    )
    with ThreadPoolExecutor(4) as pool:
        runs = pool.map(
            lambda _: subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True),
            range(4),
        )
        assert all(run.returncode == 0 for run in runs)
    assert [path.name for path in tmp_path.iterdir()] == [sans_path().name]
    expected = in_few_places(with_short_charset(ORIGINAL))
    assert (tmp_path / sans_path().name).read_bytes() == expected


def test_where_no_copy_can_be_written_the_original_serves(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert prepare_font(sans_path(), tmp_path / "file" / "fonts") == sans_path()
