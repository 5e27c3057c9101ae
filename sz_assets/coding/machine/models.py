"""The trained coders that are kept, which of them is in use, and coding with them.

Here: the registry. Not here: training (`coding.train`), or what a coder does inside (`linear`,
`language_model`).

    coding/models/<model id>/model.json         what it is and how it came to be
    coding/models/<model id>/seen.parquet       the tasks that it has seen with their codes
    coding/models/<model id>/coder.json, weights.npz    of a linear one
    coding/models/current.json                  which one is in use
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec
import polars as pl

from sz_assets.coding.machine.answers import AnswerFile
from sz_assets.coding.machine.language_model import CODE_SCHEMA, codes_of
from sz_assets.coding.machine.prompt import Prompt
from sz_assets.coding.store import CodingStore
from sz_assets.core.coding.codebook_changes import same_meaning
from sz_assets.core.coding.machine_evaluation import TRAINED
from sz_assets.core.coding.training_set import is_seen
from sz_assets.disk import fsync_folder, refusal, remove_folder, write_bytes, write_parquet
from sz_assets.errors import UserError
from sz_assets.study import Codebook

Method = Literal["linear", "language_model"]


class Frozen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a language model is asked with; never changed for a model id."""

    model: str
    template_version: int
    prompt_sha256: str
    instructions: str
    categories: tuple[str, ...]
    temperature: int = 0

    @property
    def prompt(self) -> Prompt:
        return Prompt(self.instructions, self.categories)


class ModelCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of a model.

    `seen_sha256` is the hash of the ids of the tasks that it has seen with their codes; `left_out`
    counts those kept from it, by reason; `cross_validated` are its figures on unseen folds of
    them. `created_at` is an instant in UTC without a zone.
    """

    model_id: str
    method: Method
    created_at: datetime
    codebook_version: str
    seed: int
    versions: dict[str, str]
    seen_sha256: str
    seen_count: int
    class_counts: dict[str, int]
    left_out: dict[str, int]
    cross_validated: dict[str, Any] | None = None
    language_model: Frozen | None = None
    notes: tuple[str, ...] = ()

    @property
    def coding_method(self) -> str:
        """How its codes are marked in tables."""
        return f"{TRAINED}{self.model_id}"


class Coder(Protocol):
    """What a model of any kind does."""

    def __call__(self, tasks: pl.DataFrame, abstain_below: float) -> pl.DataFrame: ...


class Model:
    """A model that is ready to code."""

    def __init__(self, card: ModelCard, seen: pl.DataFrame, coder: Coder) -> None:
        self.card, self.seen, self._coder = card, seen, coder

    @property
    def coding_method(self) -> str:
        return self.card.coding_method

    def code(self, tasks: pl.DataFrame, abstain_below: float = 0.0) -> pl.DataFrame:
        """The code of each task (account_id, video_id, title), in order: CODE_SCHEMA.

        `category` is a secondary one, `none` (no category fits), or null where the model abstains;
        then `reason` says why. `confidence` is 0 to 1, null where there is none.
        """
        return self._coder(tasks, abstain_below)

    def seen_tasks(self, tasks: pl.DataFrame) -> frozenset[str]:
        """Ids of those tasks (account_id, video_id, title) that may not be used to judge it.

        These are the ones that it has seen, the same videos in other lists, and the same titles.
        """
        return frozenset(task_ids(tasks.filter(is_seen(self.seen))))


class Models:
    """The folder of models of a store. A model that is kept is never changed or removed."""

    def __init__(self, store: CodingStore) -> None:
        self._store = store
        self.root = store.root / "models"

    def answers(self, model_id: str) -> AnswerFile:
        """The file of a language model's answers."""
        return AnswerFile(self._store.root / "answers" / model_id / "answers.jsonl")

    def add(self, card: ModelCard, seen: pl.DataFrame, write: Callable[[Path], object]) -> bool:
        """Keep a model, whole or not at all; `write` puts its own files into a folder.

        `seen` has account_id, video_id, title and category. False if it is kept already.
        """
        folder = self.root / card.model_id
        if folder.exists():
            return False
        temporary = self.root / f".{card.model_id}.{os.getpid()}.{uuid.uuid4().hex}.tmp"
        try:
            temporary.mkdir(parents=True)
            write(temporary)
            write_parquet(seen, temporary / "seen.parquet")
            (temporary / "model.json").write_bytes(
                msgspec.json.format(msgspec.json.encode(card), indent=1)
            )
            for path in temporary.iterdir():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
            fsync_folder(temporary)
            temporary.rename(folder)
            fsync_folder(self.root)
        except OSError as error:
            if (folder / "model.json").exists():  # another process was quicker
                return False
            raise refusal(error, folder) from error
        finally:
            remove_folder(temporary)
        return True

    def cards(self) -> list[ModelCard]:
        """All models that are kept, oldest first."""
        found = [self.card(path.parent.name) for path in self.root.glob("[!.]*/model.json")]
        return sorted(found, key=lambda card: (card.created_at, card.model_id))

    def card(self, model_id: str) -> ModelCard:
        """What is known of a model; UserError if it is not kept, or damaged."""
        path = self.root / model_id / "model.json"
        if model_id != Path(model_id).name or not path.is_file():
            known = ", ".join(sorted(p.parent.name for p in self.root.glob("[!.]*/model.json")))
            raise UserError(
                f"{self.root} keeps no model {model_id!r}: name one of those that it keeps "
                f"({known or 'none'}), or train one with sz-assets coding train."
            )
        try:
            return msgspec.json.decode(path.read_bytes(), type=ModelCard)
        except msgspec.DecodeError:
            raise _damaged(path) from None

    def load(self, model_id: str) -> Model:
        """A model ready to code; UserError if it is not kept, or damaged."""
        card = self.card(model_id)
        folder = self.root / model_id
        try:
            seen = pl.read_parquet(folder / "seen.parquet", hive_partitioning=False, glob=False)
        except (OSError, pl.exceptions.PolarsError):
            raise _damaged(folder / "seen.parquet") from None
        if card.method == "language_model":
            return Model(card, seen, self._answered(card))
        return Model(card, seen, _linear(folder))

    def current_id(self) -> str | None:
        """Which model is in use, if one is."""
        path = self.root / "current.json"
        if not path.exists():
            return None
        try:
            return str(msgspec.json.decode(path.read_bytes(), type=dict[str, str])["model_id"])
        except (msgspec.DecodeError, KeyError):
            raise _damaged(path) from None

    def use(self, model_id: str) -> None:
        """Put a model into use; UserError if it is not kept."""
        self.card(model_id)
        write_bytes(self.root / "current.json", msgspec.json.encode({"model_id": model_id}))

    def unfit(self, card: ModelCard, codebook: Codebook) -> str | None:
        """Why a model is not to be used with this codebook; None if it may be."""
        if card.codebook_version == codebook.version:
            return None
        old = self._store.codebook(card.codebook_version)
        before = {second.id for _, second in old.secondary}
        now = {second.id for _, second in codebook.secondary}
        changed = sorted(
            (before ^ now) | {one for one in before & now if not same_meaning(one, old, codebook)}
        )
        if not changed:
            return None
        return (
            f"The model {card.model_id} was made with the codebook {card.codebook_version}, in "
            f"which {', '.join(changed)} mean something else or do not exist: it is not used; "
            "train again with sz-assets coding train."
        )

    def in_use(self, codebook: Codebook) -> tuple[Model | None, str | None]:
        """The model in use, or why there is none, so that the cue words code alone."""
        model_id = self.current_id()
        if model_id is None:
            return None, "No trained coder is in use: the cue words code alone."
        if reason := self.unfit(self.card(model_id), codebook):
            return None, f"{reason[:-1]}; until then the cue words code alone."
        return self.load(model_id), None

    def _answered(self, card: ModelCard) -> Coder:
        answers = self.answers(card.model_id).read()
        # No confidence, so nothing to abstain below.
        return lambda tasks, abstain_below: codes_of(tasks, answers)


def _linear(folder: Path) -> Coder:
    from sz_assets.coding.machine.linear import LinearCoder

    coder = LinearCoder.load(folder)

    def code(tasks: pl.DataFrame, abstain_below: float) -> pl.DataFrame:
        coded = coder.code(tasks["title"], abstain_below)
        reason = (
            pl.when(pl.col("category").is_not_null())
            .then(pl.lit(None, dtype=pl.String))
            .when(pl.col("confidence").is_null())
            .then(pl.lit("no title, or none of its characters was seen in training"))
            .otherwise(pl.lit(f"less sure than {abstain_below:g}"))
        )
        both = tasks.select("account_id", "video_id").hstack(coded)
        return both.with_columns(reason.alias("reason")).select(list(CODE_SCHEMA))

    return code


def hash_of_tasks(tasks: pl.DataFrame) -> str:
    """A hash of the ids of tasks (account_id, video_id), whatever their order."""
    from sz_assets.coding.machine.linear import hash_of_ids

    return hash_of_ids(task_ids(tasks))


def task_ids(tasks: pl.DataFrame) -> Sequence[str]:
    """account_id:video_id of each task, in order."""
    ids = tasks.select(pl.concat_str("account_id", "video_id", separator=":").alias("id"))
    found: list[str] = ids["id"].to_list()
    return found


def describe(card: ModelCard) -> Mapping[str, Any]:
    """The card as plain values, without the text of the prompt."""
    shown: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(card))
    if card.language_model is not None:
        shown["language_model"] = {
            name: value
            for name, value in shown["language_model"].items()
            if name not in ("instructions", "categories")
        }
    return shown


def _damaged(path: Path) -> UserError:
    # Only the pointer to the model in use belongs to no model.
    away = path if path.name == "current.json" else path.parent
    return UserError(
        f"{path} is damaged: put it back from a copy, or move {away} away, then train again with "
        "sz-assets coding train."
    )
