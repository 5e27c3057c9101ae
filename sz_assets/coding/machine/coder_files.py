"""A trained coder as two files, `coder.json` and `weights.npz`, which can hold no program.

Here: what is recorded about a coder, its id, and reading and writing. Not here: training and
coding (`linear`). Neither file is ever unpickled.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sz_assets.coding.machine.ngrams import FEATURES_VERSION
from sz_assets.errors import UserError

FORMAT = "linear_coder:1"
CARD_FILE = "coder.json"
WEIGHTS_FILE = "weights.npz"
ARRAYS = ("bias", "idf", "keys", "weights")

Arrays = Mapping[str, NDArray[Any]]


class Tried(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings that were compared, and their cross-validated macro-F1 on the training titles."""

    longest_ngram: int
    svm_c: float
    macro_f1_ratio: float


class CoderCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything known about a coder but its weights.

    `class_counts` counts the training titles by class; `cross_validated` is an
    `Evaluation.as_dict()` of the out-of-fold codes without abstention; `calibration_error_ratio`
    their mean distance between confidence and accuracy. `task_ids_hash` is null if training was
    told no ids.
    """

    format: str
    features_version: str
    sklearn_version: str
    codebook_version: str | None
    seed: int
    task_ids_hash: str | None
    training_titles: int
    class_counts: dict[str, int]
    folds: int
    longest_ngram: int
    svm_c: float
    smoothing: float
    temperature: float
    tried: tuple[Tried, ...]
    cross_validated: dict[str, Any]
    calibration_error_ratio: float | None
    notes: tuple[str, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The categories, in the order of the weights' columns."""
        return tuple(self.class_counts)


class _Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    model_id: str
    card: CoderCard


def model_id(card: CoderCard, arrays: Arrays) -> str:
    """Content hash: the first 16 hexadecimal digits of the SHA-256 of the card and weights."""
    digest = hashlib.sha256(msgspec.json.encode(card))
    for name in ARRAYS:
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]


def save_coder(folder: Path, card: CoderCard, arrays: Arrays) -> None:
    """Write both files into the folder, which is made; the card last, so half a coder has none."""
    folder.mkdir(parents=True, exist_ok=True)
    weights, written = folder / WEIGHTS_FILE, folder / CARD_FILE
    new_weights, new_card = (path.with_name(f".{path.name}.new") for path in (weights, written))
    with new_weights.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **{name: arrays[name] for name in ARRAYS})
    stored = _Stored(model_id(card, arrays), card)
    new_card.write_bytes(msgspec.json.format(msgspec.json.encode(stored), indent=1))
    written.unlink(missing_ok=True)
    os.replace(new_weights, weights)
    os.replace(new_card, written)


def load_coder(folder: Path) -> tuple[CoderCard, dict[str, NDArray[Any]]]:
    """The card and the weights; UserError if either is missing, damaged or not ours."""
    refused = f"The coder in {folder} cannot be used"
    remedy = "move that folder away, then train again with `sz-assets coding train`"
    try:
        stored = msgspec.json.decode((folder / CARD_FILE).read_bytes(), type=_Stored)
        with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name]) for name in ARRAYS}
    except FileNotFoundError as error:
        name = Path(error.filename or "").name
        raise UserError(f"{refused}: {name} is missing; {remedy}.") from error
    except (
        OSError,
        EOFError,
        KeyError,
        ValueError,
        TypeError,
        NotImplementedError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise UserError(
            f"{refused}: its files are damaged or of another kind; {remedy}."
        ) from error
    card = stored.card
    if card.format != FORMAT or card.features_version != FEATURES_VERSION:
        version = f"{card.format} with {card.features_version}"
        raise UserError(f"{refused}: it is {version}, which this version does not know; {remedy}.")
    if stored.model_id != model_id(card, arrays):
        raise UserError(f"{refused}: its content does not match its id; {remedy}.")
    return card, arrays
