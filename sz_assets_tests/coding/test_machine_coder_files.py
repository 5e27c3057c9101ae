"""A saved coder comes back as it was, and nothing else is taken for one."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from sz_assets.coding.machine.coder_files import CARD_FILE, WEIGHTS_FILE
from sz_assets.coding.machine.linear import LinearCoder, train
from sz_assets.errors import UserError

TITLES = pl.Series([f"{word}{k}" for k in range(6) for word in ("查酒驾", "打疫苗")])
CODER = pl.Series(["traffic", "health"] * 6)


@pytest.fixture(scope="module")
def coder() -> LinearCoder:
    return train(TITLES, CODER, seed=0, codebook_version="v", task_ids=[str(k) for k in range(12)])


@pytest.fixture
def saved(coder: LinearCoder, tmp_path: Path) -> Path:
    coder.save(tmp_path / "coder")
    return tmp_path / "coder"


def test_a_loaded_coder_is_the_saved_one(coder: LinearCoder, saved: Path) -> None:
    loaded = LinearCoder.load(saved)
    assert loaded.card == coder.card
    assert loaded.model_id == coder.model_id
    assert loaded.out_of_fold is None
    titles = pl.Series(["今晚查酒驾", "免费打疫苗", None, "别的"])
    assert loaded.code(titles, 0.6).equals(coder.code(titles, 0.6))
    assert sorted(path.name for path in saved.iterdir()) == [CARD_FILE, WEIGHTS_FILE]
    assert json.loads((saved / CARD_FILE).read_bytes())["model_id"] == coder.model_id


def test_saving_again_replaces(coder: LinearCoder, saved: Path) -> None:
    other = train(TITLES, CODER, seed=0, codebook_version="w")
    assert other.model_id != coder.model_id
    other.save(saved)
    assert LinearCoder.load(saved).model_id == other.model_id


def _edit(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    def edited(folder: Path) -> None:
        content = json.loads((folder / CARD_FILE).read_bytes())
        change(content)
        (folder / CARD_FILE).write_text(json.dumps(content))

    return edited


def _arrays(folder: Path) -> dict[str, Any]:
    with np.load(folder / WEIGHTS_FILE) as file:
        return dict(file)


def _other_weights(folder: Path) -> None:
    arrays = _arrays(folder)
    arrays["weights"][0, 0] += 1
    np.savez(folder / WEIGHTS_FILE, **arrays)


def _pickled_weights(folder: Path) -> None:
    arrays = _arrays(folder)
    arrays["weights"] = np.array([print], dtype=object)
    np.savez(folder / WEIGHTS_FILE, allow_pickle=True, **arrays)


def _without_bias(folder: Path) -> None:
    arrays = _arrays(folder)
    del arrays["bias"]
    np.savez(folder / WEIGHTS_FILE, **arrays)


def _flip(folder: Path) -> None:
    content = bytearray((folder / WEIGHTS_FILE).read_bytes())
    content[len(content) // 2] ^= 255
    (folder / WEIGHTS_FILE).write_bytes(content)


def _zip_of_text(folder: Path) -> None:
    with zipfile.ZipFile(folder / WEIGHTS_FILE, "w") as file:
        for name in ("bias", "idf", "keys", "weights"):
            file.writestr(f"{name}.txt", "hello")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda folder: (folder / CARD_FILE).unlink(), "coder.json is missing"),
        (lambda folder: (folder / WEIGHTS_FILE).unlink(), "weights.npz is missing"),
        (lambda folder: (folder / CARD_FILE).write_bytes(b""), "damaged or of another kind"),
        (lambda folder: (folder / CARD_FILE).write_bytes(b"[1]"), "damaged or of another kind"),
        (lambda folder: (folder / WEIGHTS_FILE).write_bytes(b""), "damaged or of another kind"),
        (lambda folder: (folder / WEIGHTS_FILE).write_bytes(b"PK\x03\x04"), "damaged"),
        (lambda folder: (folder / WEIGHTS_FILE).write_bytes(b"\x80\x04K\x01."), "damaged"),
        (_flip, "cannot be used"),
        (_zip_of_text, "damaged or of another kind"),
        (_without_bias, "damaged or of another kind"),
        (_pickled_weights, "damaged or of another kind"),
        (_other_weights, "does not match its id"),
        (_edit(lambda c: c["card"].update(temperature=2.5)), "does not match its id"),
        (_edit(lambda c: c.update(model_id="0" * 16)), "does not match its id"),
        (_edit(lambda c: c["card"].update(surprise=1)), "damaged or of another kind"),
        (_edit(lambda c: c["card"].update(features_version="words:1")), "words:1, which this"),
        (_edit(lambda c: c["card"].update(format="other:9")), "other:9 with"),
    ],
)
def test_damaged_and_foreign_files_are_refused(
    saved: Path, damage: Callable[[Path], object], told: str
) -> None:
    damage(saved)
    with pytest.raises(UserError, match=told) as caught:
        LinearCoder.load(saved)
    assert str(saved) in str(caught.value)
    assert "move that folder away, then train again with `sz-assets coding train`" in str(
        caught.value
    )
    assert str(caught.value).count("\n") == 0


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"coder\.json is missing"):
        LinearCoder.load(tmp_path / "nowhere")
