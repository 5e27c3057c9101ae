"""The bundled codebook is whole: 5 primary and 16 secondary categories, each with words."""

from __future__ import annotations

from collections import Counter

from sz_assets.contracts.columns import PRIMARY_CATEGORIES
from sz_assets_tests.bundled import shenzhen

CODEBOOK = shenzhen().codebook
CATEGORIES = {
    "main": ["construction_entity", "organizational_entity", "citizen_entity"],
    "functional": ["general_core", "overall_regional", "connotation_extension"],
    "environmental": ["natural", "humanistic", "economic"],
    "cultural": ["modern_ancient", "ethnic", "secular_religious", "local_foreign"],
    "identification": ["conceptual", "behavioral", "visual"],
}


def test_categories_are_those_of_table_2_with_conceptual_under_identification() -> None:
    found = {p.id: [s.id for s in p.secondary] for p in CODEBOOK.primary}
    assert found == CATEGORIES
    assert tuple(found) == PRIMARY_CATEGORIES
    assert len(list(CODEBOOK.secondary)) == 16


def test_every_category_has_words_in_both_languages() -> None:
    for _, category in CODEBOOK.secondary:
        assert len(category.cues_zh) >= 8, category.id
        assert len(category.cues_en) >= 8, category.id
        assert category.cues == category.cues_zh + category.cues_en
        assert all(cue.isascii() for cue in category.cues_en), category.id
        # A single Chinese character would match inside unrelated words.
        assert all(len(cue) >= 2 and not cue.isascii() for cue in category.cues_zh), category.id


def test_no_cue_word_stands_twice() -> None:
    counts = Counter(cue.casefold() for _, s in CODEBOOK.secondary for cue in s.cues)
    assert [cue for cue, count in counts.items() if count > 1] == []
