"""The account out of people's codes and machines' learning; others' codes stay word for word."""

from __future__ import annotations

from datetime import datetime

import msgspec
import polars as pl
import pytest
from coded_store import AT, answer, codes, draw, import_all, keep_model, with_examples
from small_home import (
    BY_GONE_ELSEWHERE,
    GARDEN,
    GONE,
    HARBOUR,
    NICKNAME,
    SPEAKS_OF_GONE,
    TODAY,
    Small,
    video_id,
)

from sz_assets.coding.checking import check_store
from sz_assets.coding.ledger import read_ledger
from sz_assets.coding.machine.models import Models
from sz_assets.coding.store import CodingStore, content_id
from sz_assets.erasing.coding_layer import InStore, erase_coding
from sz_assets.erasing.erase import plan_erasure
from sz_assets.erasing.proof import prove

ERASED_AT = datetime(2026, 12, 1)
KEY = ["account_id", "video_id"]
IS_GONE = (pl.col("account_id") == GONE) | (pl.col("video_id") == video_id(BY_GONE_ELSEWHERE))


@pytest.fixture
def store(small: Small) -> CodingStore:
    return CodingStore(small.home.coding)


def erased(small: Small) -> list[str]:
    """Erase in the store; nothing of the account is left and the store is sound."""
    plan = plan_erasure(small.home, small.after, GONE, TODAY)
    store = CodingStore(small.home.coding)
    assert prove(store.root, plan.wanted).hits
    what = InStore(GONE, plan.whose, plan.populations, ERASED_AT)
    notes = erase_coding(store, what)
    assert prove(store.root, plan.wanted).hits == ()
    assert check_store(store).problems == []
    assert erase_coding(store, what) == []
    return notes


def test_a_home_without_coding_has_nothing_to_erase(small: Small, store: CodingStore) -> None:
    plan = plan_erasure(small.home, small.after, GONE, TODAY)
    assert erase_coding(store, InStore(GONE, plan.whose, {}, ERASED_AT)) == []
    assert not store.root.exists()


def test_a_sample_keeps_the_tasks_of_others_and_says_what_went(
    small: Small, store: CodingStore
) -> None:
    name = draw(small)
    before, told = store.sample_tasks(name), store.sample(name)
    notes = erased(small)
    after, sample = store.sample_tasks(name), store.sample(name)
    left = before.filter(~IS_GONE)
    assert 0 < len(left) < len(before)
    assert after.drop("title").equals(left.drop("title"))
    changed = after["title"] != left["title"]
    assert set(after.filter(changed)["video_id"]) <= {video_id(SPEAKS_OF_GONE)}
    assert sample.size == len(left)
    assert sample.reliability_size == left["is_reliability"].sum()
    own = before.filter(account_id=GONE).unique("stratum")["stratum_size"].sum()
    assert sample.population_size == told.population_size - own < 30
    assert sample.notes[-1] == (
        f"{len(before) - len(left)} tasks of an account were removed on 2026-12-01: it was erased."
    )
    assert notes == [f"The coding sample {name} has {len(left)} tasks instead of {len(before)}."]


def test_codes_of_others_stay_and_imports_are_numbered_as_before(
    small: Small, store: CodingStore
) -> None:
    ids = import_all(small, draw(small))
    before = store.codes()
    notes = erased(small)
    after = store.codes()
    left = before.filter(~IS_GONE)
    # The comment named the account, so it is masked, and with it the import has a new id.
    assert after.drop("import_id", "comment").equals(left.drop("import_id", "comment"))
    assert set(after["comment"]) == {"wie ＊＊＊＊＊＊", None}
    new = dict(after.select("import_number", "import_id").unique().iter_rows())
    assert set(new) == {1, 3}
    assert new[1] not in ids
    assert (new[3] == ids[2]) == before.filter(import_number=3).filter(IS_GONE).is_empty()
    ledger = read_ledger(store.root)
    assert ledger.import_ids == new
    assert ledger.lost == {2: ERASED_AT}
    assert f"its id is {new[1]} instead of {ids[0]}." in notes[0]
    gone = before.filter(import_number=2).height
    assert f"Import 2 of codes has 0 codes instead of {gone}: it is on record as lost." in notes
    # The next import gets a number of its own.
    more = codes(store.sample_tasks().filter(~IS_GONE), small.before, "cleo")
    assert store.add_codes(more)
    assert store.codes()["import_number"].max() == 4


def test_it_goes_on_after_a_crash_between_two_files(
    small: Small, store: CodingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_all(small, draw(small))
    before = store.codes().filter(~IS_GONE)
    plan = plan_erasure(small.home, small.after, GONE, TODAY)
    what = InStore(GONE, plan.whose, plan.populations, ERASED_AT)

    def crash(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("sz_assets.erasing.coding_layer.write_ledger", crash)
        with pytest.raises(RuntimeError):
            erase_coding(store, what)
    # The old file and the new one are both there.
    assert len(list((store.root / "codes").glob("*.parquet"))) == 4
    erase_coding(store, what)
    after = store.codes()
    assert after.drop("import_id", "comment").equals(before.drop("import_id", "comment"))
    assert check_store(store).problems == []


def test_two_imports_that_become_the_same_are_one(small: Small, store: CodingStore) -> None:
    tasks = store_tasks = draw_tasks(small, store)
    own, other = tasks.filter(account_id=GONE)[:1], store_tasks.filter(account_id=GARDEN)[:1]
    first = codes(other, small.before, "ann")
    second = pl.concat([first, codes(own, small.before, "ann")])
    assert store.add_codes(first)
    assert store.add_codes(second)
    erased(small)
    assert store.codes()["import_number"].to_list() == [1]
    assert read_ledger(store.root).lost == {2: ERASED_AT}
    assert store.codes()["import_id"].to_list() == [content_id(first)]


def draw_tasks(small: Small, store: CodingStore) -> pl.DataFrame:
    return store.sample_tasks(draw(small))


def test_a_sample_of_nothing_else_goes(small: Small, store: CodingStore) -> None:
    name = draw(small)
    sample, tasks = store.sample(name), store.sample_tasks(name)
    own = tasks.filter(account_id=GONE).select(store_columns())
    store.write_sample(
        msgspec.structs.replace(sample, sample_id="2024-03-onlyits", size=len(own)), own
    )
    notes = erased(small)
    assert [one.sample_id for one in store.samples()] == [name]
    assert "The coding sample 2024-03-onlyits held no other account: it is gone." in notes


def store_columns() -> list[str]:
    from sz_assets.contracts.coding_store import SAMPLE_TASKS

    return list(SAMPLE_TASKS.column_names)


def test_models_that_learnt_from_it_go_and_others_stay(small: Small, store: CodingStore) -> None:
    tasks = draw_tasks(small, store)
    spoken = pl.DataFrame({"account_id": [GARDEN], "video_id": ["1"], "title": [f"谢谢{NICKNAME}"]})
    elsewhere = pl.DataFrame(
        {"account_id": [HARBOUR], "video_id": [video_id(BY_GONE_ELSEWHERE)], "title": ["x"]}
    )
    harbour = tasks.filter(account_id=HARBOUR).filter(~IS_GONE)
    keep_model(small, "of-all", tasks)
    keep_model(small, "of-its-words", spoken)
    keep_model(small, "of-its-video", elsewhere)
    keep_model(small, "of-harbour", harbour)
    keep_model(small, "that-tells", harbour)
    Models(store).use("of-all")
    (Models(store).root / "that-tells" / "coder.json").write_text(f'{{"note": "{GONE}"}}')
    notes = erased(small)
    assert [card.model_id for card in Models(store).cards()] == ["of-harbour"]
    assert Models(store).current_id() is None
    assert sum("had learnt from the account's titles: it is gone" in note for note in notes) == 4
    assert sum("until another is trained the cue words code alone" in note for note in notes) == 1


def test_the_model_in_use_stays_in_use_if_it_never_saw_the_account(
    small: Small, store: CodingStore
) -> None:
    tasks = draw_tasks(small, store)
    keep_model(small, "of-harbour", tasks.filter(account_id=HARBOUR).filter(~IS_GONE))
    Models(store).use("of-harbour")
    erased(small)
    assert Models(store).current_id() == "of-harbour"


def test_answers_about_it_go_and_others_stay(small: Small, store: CodingStore) -> None:
    draw(small)
    kept = answer(f"{GARDEN}:1", "花开了")
    said = [
        answer(f"{GONE}:{video_id(100)}", "水来了，大家快来看"),
        kept,
        answer(f"{HARBOUR}:{video_id(BY_GONE_ELSEWHERE)}", "同"),
        answer(f"{GARDEN}:2", f"谢谢{NICKNAME}"),
    ]
    path = store.root / "answers" / "some" / "answers.jsonl"
    path.parent.mkdir(parents=True)
    cut_short = msgspec.json.encode(said[0])[:60]
    path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in said) + cut_short)
    notes = erased(small)
    left = Models(store).answers("some").read()
    assert left[0] == kept
    assert [(one.task_id, one.title) for one in left[1:]] == [(f"{GARDEN}:2", "谢谢＊＊＊＊＊＊")]
    assert path.read_bytes().endswith(b"}\n")
    assert "Of the answers of some, 2 were removed." in notes


def test_examples_of_a_codebook_go_with_its_version(small: Small, store: CodingStore) -> None:
    tasks = draw_tasks(small, store)
    plain = small.before.codebook
    named = with_examples(plain, f"{GONE}:{video_id(101)}", f"{GARDEN}:{video_id(301)}")
    without = with_examples(plain, f"{GARDEN}:{video_id(301)}")
    study = msgspec.structs.replace(small.before, codebook=named)
    store.add_codebook(named)
    sample = store.sample(tasks["sample_id"][0])
    other = msgspec.structs.replace(
        sample, sample_id="2024-03-named", codebook_version=named.version
    )
    store.write_sample(other, tasks.select(store_columns()))
    store.add_codes(codes(tasks.filter(account_id=GARDEN), study, "ann"))
    learnt = tasks.filter(account_id=HARBOUR).filter(~IS_GONE)
    keep_model(small, "of-named", learnt, named.version)
    erased(small)
    assert store.versions() == sorted([plain.version, without.version])
    assert store.codebook(without.version) == without
    assert store.sample("2024-03-named").codebook_version == without.version
    assert set(store.codes()["codebook_version"]) == {without.version}
    assert Models(store).card("of-named").codebook_version == without.version
    assert sample.created_at == AT
