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
from sz_assets.charts.fonts import prepare_font, with_short_charset

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


def test_the_copy_differs_in_the_five_bytes_of_one_range(copy: Path) -> None:
    made = copy.read_bytes()
    changed = [at for at, (a, b) in enumerate(zip(ORIGINAL, made, strict=True)) if a != b]
    first, last = changed[0], changed[-1]
    assert last - first < 5
    (glyphs,) = struct.unpack_from(">H", ORIGINAL, fonts._tables(ORIGINAL)["maxp"] + 4)
    assert made[last - 4 : last + 1] == struct.pack(">BHH", 2, 1, glyphs - 2)
    assert with_short_charset(made) == made


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
    assert (tmp_path / sans_path().name).read_bytes() == with_short_charset(ORIGINAL)


def test_where_no_copy_can_be_written_the_original_serves(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert prepare_font(sans_path(), tmp_path / "file" / "fonts") == sans_path()
