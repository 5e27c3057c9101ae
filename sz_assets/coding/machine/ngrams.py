"""Character n-grams of titles as a sparse matrix, computed on whole arrays of characters.

Here: how a title becomes comparable text and features. Not here: any model of them (`linear`).
The features equal scikit-learn's `TfidfVectorizer(analyzer="char", sublinear_tf=True)` on the
normalised text; no Python object is made per n-gram.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy import sparse

FEATURES_VERSION = "char_ngrams:1"
LONGEST_ORDER = 3  # three code points of 21 bits fill one 64-bit key

_CODE_POINT_BITS = 21
_CHUNK_BYTES = 400_000  # of UTF-8 text at a time: it bounds the memory, and caches hold it

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]


def normalized(titles: pl.Series) -> pl.Series:
    """Comparable text: Unicode form NFKC, small letters, each run of blanks or controls one blank.

    A null title becomes the empty text.
    """
    expression = (
        pl.col("title")
        .cast(pl.String)
        .fill_null("")
        .str.normalize("NFKC")
        .str.to_lowercase()
        .str.replace_all(r"[\s\x00-\x1f\x7f]+", " ")
        .str.strip_chars(" ")
    )
    return titles.alias("title").to_frame().select(expression).to_series()


def chunks(titles: pl.Series) -> Iterator[pl.Series]:
    """The titles in order, in parts of about 400 kB of text; no title is cut."""
    sizes = titles.cast(pl.String).str.len_bytes().fill_null(0).cast(pl.Int64)
    part = sizes.cum_sum() // _CHUNK_BYTES
    start = 0
    for length in part.rle().struct.field("len").to_list():
        yield titles.slice(start, length)
        start += length


def _keys(texts: pl.Series, longest: int) -> tuple[Keys, NDArray[np.int64]]:
    """Every n-gram of one to `longest` characters as a number, and the row it stands in.

    A key is the code points + 1 as digits of 21 bits, so n-grams of different lengths differ.
    """
    joined = "".join(texts.to_list()).encode("utf-32-le")
    points = np.frombuffer(joined, dtype="<u4").astype(np.uint64) + np.uint64(1)
    rows = np.repeat(np.arange(len(texts)), texts.str.len_chars().to_numpy())
    keys, places = [points], [rows]
    grown = points
    for order in range(2, longest + 1):
        grown = (grown[:-1] << np.uint64(_CODE_POINT_BITS)) | points[order - 1 :]
        whole = rows[: len(grown)] == rows[order - 1 :]
        keys.append(grown[whole])
        places.append(rows[: len(grown)][whole])
    return np.concatenate(keys), np.concatenate(places)


@dataclass(frozen=True)
class Vocabulary:
    """The n-grams that count, ascending, and the inverse document frequency of each."""

    longest: int
    keys: Keys
    idf: Floats

    @classmethod
    def of(cls, texts: pl.Series, longest: int) -> Vocabulary:
        """All n-grams of one to `longest` characters of normalised texts.

        idf = ln((1 + n) / (1 + texts with the n-gram)) + 1, as scikit-learn smooths it.
        """
        if not 1 <= longest <= LONGEST_ORDER:
            raise ValueError(f"n-grams have 1 to {LONGEST_ORDER} characters, not {longest}")
        keys, rows = _keys(texts, longest)
        found, columns = np.unique(keys, return_inverse=True)
        pairs = np.unique(columns.astype(np.int64) * max(len(texts), 1) + rows)
        frequency = np.bincount(pairs // max(len(texts), 1), minlength=len(found))
        return cls(longest, found, np.log((1 + len(texts)) / (1 + frequency)) + 1.0)

    def matrix(self, texts: pl.Series) -> sparse.csr_matrix:
        """Features of normalised texts, shape (texts, n-grams), float64, CSR with sorted columns.

        Each is (1 + ln count) × idf, and each row has Euclidean length 1 (0 without a known
        n-gram).
        """
        from scipy import sparse

        shape = (len(texts), len(self.keys))
        columns, rows, counts = self._counts(texts)
        values = (1.0 + np.log(counts)) * self.idf[columns]
        lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=shape[0]))
        values /= lengths[rows]
        starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=shape[0]))))
        return sparse.csr_matrix((values, columns, starts), shape=shape)

    def _counts(self, texts: pl.Series) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Column, row and count of each known n-gram, by row and column."""
        keys, rows = _keys(texts, self.longest)
        width = len(self.keys)
        columns = np.searchsorted(self.keys, keys)
        known = columns < width
        known[known] = self.keys[columns[known]] == keys[known]
        cells = np.sort(rows[known] * width + columns[known])
        first = np.flatnonzero(np.diff(cells, prepend=-1))
        counts = np.diff(first, append=len(cells))
        rows_found, columns_found = np.divmod(cells[first], max(width, 1))
        return columns_found, rows_found, counts
