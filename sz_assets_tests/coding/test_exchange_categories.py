"""Which category a coder's word means."""

from __future__ import annotations

import msgspec
import pytest
from sheet_material import book

from sz_assets.coding.exchange.categories import category_id


@pytest.mark.parametrize(
    "text",
    [
        "citizen_entity", " Citizen_Entity ", "citizen entity", "CITIZEN-ENTITY", "市民主体",
        "市民 主体".replace(" ", ""), "Ｃｉｔｉｚｅｎ　Ｅｎｔｉｔｙ", "\ufeffcitizen_entity\u200b",
    ],
)  # fmt: skip
def test_ids_and_names_in_all_their_forms(text):
    assert category_id(text, book()) == "citizen_entity"


@pytest.mark.parametrize("text", ["none", "None", "不属于任何类别", "no category fits"])
def test_no_category_fits(text):
    assert category_id(text, book()) == "none"


@pytest.mark.parametrize("text", ["", " ", "main", "大类main", "citizen", "3", "自然的"])
def test_what_is_no_category(text):
    assert category_id(text, book()) is None


def test_a_name_of_two_categories_means_neither_but_an_id_wins():
    raw = msgspec.to_builtins(book())
    raw["primary"][1]["secondary"][0]["name"] = {"zh": "自然", "en": "citizen entity"}
    codebook = msgspec.convert(raw, type(book()))
    assert category_id("自然", codebook) is None
    assert category_id("citizen entity", codebook) == "citizen_entity"
