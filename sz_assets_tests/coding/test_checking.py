"""Whether a loss or a change in the store is noticed, and how one goes on after a loss."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sz_assets.coding.checking import check_store
from sz_assets.coding.ledger import Ledger, read_ledger, write_ledger
from sz_assets.coding.store import CodingStore
from sz_assets.errors import UserError

NOW = datetime(2023, 11, 2, 8, 0)


@pytest.fixture
def imports(coding: Any) -> list[Path]:
    """The files of three imports, in order."""
    paths = []
    for number, task in enumerate(coding.tasks_of("anna")[:3]):
        found = coding.coded("anna", {task: "natural"}, f"{number}.csv")
        paths.append(coding.store.root / "codes" / f"{found.import_id}.parquet")
    return paths


def test_a_whole_store_is_well_and_an_empty_one_too(coding: Any, imports: list[Path]) -> None:
    found = check_store(coding.store)
    assert found.line() == "coding: imports 3, codes 3, samples 1, codebooks 1, models 0: ok."
    assert not found.is_empty
    empty = check_store(CodingStore(coding.folder / "none"))
    assert empty.is_empty
    assert empty.line().endswith(": ok.")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_lost_import_is_named_whichever_it_is(
    coding: Any, imports: list[Path], number: int
) -> None:
    lost = imports[number - 1]
    lost.rename(lost.with_suffix(".away"))
    words = rf"Import {number} of codes is missing: put {lost.name} back .* --accept-lost {number}"
    with pytest.raises(UserError, match=words):
        coding.store.codes()
    (problem,) = check_store(coding.store).problems
    assert problem.startswith(f"Import {number} of codes is missing")
    lost.with_suffix(".away").rename(lost)
    assert not check_store(coding.store).problems


def test_a_gap_is_noticed_in_a_home_from_before_the_list(coding: Any, imports: list[Path]) -> None:
    (coding.store.root / "imports.json").unlink()
    assert not check_store(coding.store).problems
    imports[1].unlink()
    with pytest.raises(UserError, match="Import 2 of codes is missing: put its file back"):
        coding.store.codes()


def test_the_list_is_completed_by_the_next_import(coding: Any, imports: list[Path]) -> None:
    (coding.store.root / "imports.json").unlink()
    coding.coded("anna", {coding.tasks_of("anna")[4]: "none"}, "later.csv")
    ids = read_ledger(coding.store.root).import_ids
    assert [ids[number] for number in (1, 2, 3)] == [path.stem for path in imports]
    assert len(ids) == 4


def test_a_loss_that_is_accepted_stays_on_the_record(coding: Any, imports: list[Path]) -> None:
    with pytest.raises(UserError, match="Import 3 of codes is not missing"):
        coding.store.accept_lost(3, NOW)
    imports[2].unlink()
    coding.store.accept_lost(3, NOW)
    assert len(coding.store.codes()) == 2
    found = check_store(coding.store)
    assert (found.problems, found.notes) == ([], ["Import 3 was accepted as lost on 2023-11-02."])
    # The same sheet can be imported again, under a number of its own.
    task = coding.tasks_of("anna")[2]
    assert coding.coded("anna", {task: "natural"}, "2.csv").imported == 1
    assert coding.store.codes()["import_number"].to_list() == [1, 2, 4]
    assert not check_store(coding.store).problems


def _change_codes(store: CodingStore, path: Path) -> None:
    codes = pl.read_parquet(path).with_columns(pl.lit("changed").alias("comment"))
    codes.write_parquet(path)


def _damage_tasks(store: CodingStore, path: Path) -> None:
    (tasks,) = store.root.glob("samples/*/tasks.parquet")
    tasks.write_bytes(b"PAR1")


def _lose_tasks(store: CodingStore, path: Path) -> None:
    (tasks,) = store.root.glob("samples/*/tasks.parquet")
    pl.read_parquet(tasks).head(3).write_parquet(tasks)


def _damage_codebook(store: CodingStore, path: Path) -> None:
    (book,) = store.root.glob("codebooks/*.json")
    book.write_bytes(book.read_bytes() + b" ")


def _lose_codebook(store: CodingStore, path: Path) -> None:
    (book,) = store.root.glob("codebooks/*.json")
    book.unlink()


def _damage_model(store: CodingStore, path: Path) -> None:
    card = store.root / "models" / "linear-1" / "model.json"
    card.parent.mkdir(parents=True)
    card.write_text("{}")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_change_codes, "is not what was imported, its hash is another: put it back from a copy."),
        (lambda store, path: path.write_bytes(b"PAR1"), "is damaged: put it back"),
        (_damage_tasks, "tasks.parquet is damaged"),
        (_lose_tasks, "has 3 tasks instead of 24: put"),
        (_damage_codebook, ".json is damaged"),
        (_lose_codebook, "is missing: put it back into"),
        (_damage_model, "model.json is damaged"),
        (
            lambda store, path: (store.root / "imports.json").write_text("["),
            "imports.json is damag",
        ),
    ],
)
def test_each_damage_is_one_problem(
    coding: Any,
    imports: list[Path],
    damage: Callable[[CodingStore, Path], object],
    words: str,
) -> None:
    damage(coding.store, imports[1])
    (problem,) = check_store(coding.store).problems
    assert words in problem


def test_a_number_that_is_listed_with_a_file_put_back_under_another_is_no_gap() -> None:
    ledger = Ledger(import_ids={1: "a", 2: "b", 3: "a"}, lost={1: NOW})
    assert ledger.missing([(1, "a"), (2, "b")]) == {}
    assert ledger.missing([(2, "b")]) == {3: "a"}


def test_a_list_is_read_as_it_was_written(tmp_path: Path) -> None:
    ledger = Ledger(import_ids={1: "a"}, lost={2: NOW})
    write_ledger(tmp_path, ledger)
    assert read_ledger(tmp_path) == ledger
