"""N-gram features against scikit-learn's own, on texts of many scripts."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from sz_assets.coding.machine import ngrams
from sz_assets.coding.machine.ngrams import Vocabulary, chunks, normalized

TEXTS = [
    "深圳交警：今晚查酒驾！",
    "Shenzhen METRO line 14 opens",
    "🚇🚇 地铁14号线 👨‍👩‍👧 开通",
    "",
    "深",
    "ＡＢＣ１２３ ﬁn é e\u0301",
    "   两端 空白\t\n\x00 ",
    "aaaaaaa",
    "\U0010ffff\U0010ffff𠮷野家",
    "İstanbul ΑΣ ẞ",
]
letters = st.text(
    st.one_of(st.sampled_from("深圳交通 ab🚇1"), st.characters(exclude_categories=["Cs"])),
    max_size=12,
)


def key(ngram: str) -> int:
    """The number of an n-gram, the plain way."""
    number = 0
    for character in ngram:
        number = number * 2**21 + ord(character) + 1
    return number


def assert_same_as_sklearn(learnt: list[str], coded: list[str], longest: int) -> None:
    texts, others = normalized(pl.Series(learnt)), normalized(pl.Series(coded))
    vectorizer = TfidfVectorizer(
        analyzer="char", ngram_range=(1, longest), sublinear_tf=True, lowercase=False
    ).fit(texts.to_list())
    names = vectorizer.get_feature_names_out()
    order = np.argsort(np.array([key(name) for name in names], dtype=np.uint64))
    vocabulary = Vocabulary.of(texts, longest)
    assert vocabulary.keys.tolist() == [key(names[k]) for k in order]
    for given_texts in (texts, others):
        expected = vectorizer.transform(given_texts.to_list())[:, order]
        found = vocabulary.matrix(given_texts)
        assert found.shape == expected.shape
        assert found.has_sorted_indices
        np.testing.assert_allclose(found.toarray(), expected.toarray(), atol=1e-12)


@pytest.mark.parametrize("longest", [1, 2, 3])
def test_features_are_those_of_scikit_learn(longest: int) -> None:
    assert_same_as_sklearn(TEXTS, ["深圳 opens 🚇 unseen 字", "", "☃"], longest)


@settings(max_examples=50, deadline=None)
@given(st.lists(letters, min_size=1, max_size=8), st.lists(letters, max_size=4))
def test_features_of_any_text_are_those_of_scikit_learn(
    learnt: list[str], coded: list[str]
) -> None:
    if "".join(normalized(pl.Series(learnt))):
        assert_same_as_sklearn(learnt, [*coded, ""], 3)


def test_comparable_text() -> None:
    given_titles = pl.Series(["ＡＢＣ\u3000１２３", " A\t\r\n\x00b ", None, "ﬁ", "\u2028"])
    assert normalized(given_titles).to_list() == ["abc 123", "a b", "", "fi", ""]
    assert normalized(pl.Series([None, None])).to_list() == ["", ""]


def test_no_ngram_spans_two_titles() -> None:
    vocabulary = Vocabulary.of(pl.Series(["ab", "", "c"]), 3)
    assert vocabulary.keys.tolist() == sorted(map(key, ["a", "b", "c", "ab"]))


def test_a_title_without_known_ngrams_is_an_empty_row() -> None:
    vocabulary = Vocabulary.of(pl.Series(["ab"]), 2)
    assert np.diff(vocabulary.matrix(pl.Series(["☃", "", "zb"])).indptr).tolist() == [0, 0, 1]
    nothing = Vocabulary.of(pl.Series(["", ""]), 2)
    assert nothing.matrix(pl.Series(["a", ""])).shape == (2, 0)


@pytest.mark.parametrize("longest", [0, 4])
def test_ngrams_that_do_not_fit_a_key_are_refused(longest: int) -> None:
    with pytest.raises(ValueError, match="1 to 3"):
        Vocabulary.of(pl.Series(["a"]), longest)


def test_chunks_are_the_titles_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    titles = pl.Series([*TEXTS, None, "x" * 100, "y"])
    for size in (1, 7, 50, 10**6):
        monkeypatch.setattr(ngrams, "_CHUNK_BYTES", size)
        parts = list(chunks(titles))
        assert pl.concat(parts).equals(titles)
    assert len(parts) == 1
    assert list(chunks(titles.clear())) == []
