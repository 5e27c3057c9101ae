"""Whether a codebook can be coded with: ids, cue words and examples that leave no doubt.

Here: the checks made when a study is loaded. Not here: coding (`core.coding`), or what changed
since an earlier version (`core.coding.codebook_changes`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from sz_assets.study_model import Codebook, SecondaryCategory
from sz_assets.yaml_places import Document, Field

# Words that stand beside categories in files and tables, so that no category may be called so.
RESERVED = ("none", "no_category", "overall")

_ID = re.compile(r"[a-z0-9_]+")
_EXAMPLE = re.compile(r"([a-z0-9_]+):\S+")


def check_codebook(document: Document, codebook: Codebook, account_ids: Sequence[str]) -> None:
    """UserError with file, line and field at the first thing that would make coding ambiguous.

    `account_ids` are the study's accounts.
    """
    check_ids(document, ((("primary", i), p.id) for i, p in enumerate(codebook.primary)))
    places: list[tuple[Field, str]] = []
    cue_owners: dict[str, str] = {}
    example_owners: dict[str, str] = {}
    for i, primary in enumerate(codebook.primary):
        _refuse_reserved(document, ("primary", i), primary.id)
        for j, category in enumerate(primary.secondary):
            field: Field = ("primary", i, "secondary", j)
            places.append((field, category.id))
            _refuse_reserved(document, field, category.id)
            _check_cues(document, field, category, cue_owners)
            _check_examples(document, field, category, account_ids)
            if codebook.codes_per_video == "one":
                _refuse_shared_examples(document, field, category, example_owners)
    check_ids(document, places)


def check_ids(document: Document, places: Iterable[tuple[Field, str]]) -> None:
    """UserError at the first id that is not one, or is used twice; `places` are where they stand"""
    seen: set[str] = set()
    for field, identifier in places:
        if not _ID.fullmatch(identifier):
            raise document.wrong(
                (*field, "id"),
                f"{identifier!r} is not an id: use small letters, digits and _ only",
            )
        if identifier in seen:
            raise document.wrong(
                (*field, "id"), f"the id {identifier!r} is used twice: give another one"
            )
        seen.add(identifier)


def _refuse_reserved(document: Document, field: Field, identifier: str) -> None:
    if identifier in RESERVED:
        raise document.wrong(
            (*field, "id"), f"{identifier!r} has a meaning of its own in codes: give another id"
        )


def _check_cues(
    document: Document, field: Field, category: SecondaryCategory, owners: dict[str, str]
) -> None:
    if not category.cues:
        raise document.wrong(field, f"{category.id} has no cue word: write at least one")
    for language, cues in (("cues_zh", category.cues_zh), ("cues_en", category.cues_en)):
        for k, cue in enumerate(cues):
            if not cue.strip():
                raise document.wrong((*field, language, k), "this cue word is empty")
            # A cue in two categories could not tell them apart.
            comparable = "".join(unicodedata.normalize("NFKC", cue).casefold().split())
            if comparable in owners:
                raise document.wrong(
                    (*field, language, k),
                    f"the cue word {cue!r} stands in {owners[comparable]} already: remove one",
                )
            owners[comparable] = category.id


def _check_examples(
    document: Document, field: Field, category: SecondaryCategory, account_ids: Sequence[str]
) -> None:
    for k, example in enumerate(category.examples):
        place = (*field, "examples", k)
        parts = _EXAMPLE.fullmatch(example)
        if parts is None:
            raise document.wrong(
                place, f"{example!r} names no video: write the account's id, a colon and its id"
            )
        if parts[1] not in account_ids:
            raise document.wrong(
                place, f"the study has no account {parts[1]!r}: correct the id before the colon"
            )
        if example in category.examples[:k]:
            raise document.wrong(place, f"the example {example} stands here twice: remove one")


def _refuse_shared_examples(
    document: Document, field: Field, category: SecondaryCategory, owners: dict[str, str]
) -> None:
    for k, example in enumerate(category.examples):
        if (owner := owners.setdefault(example, category.id)) != category.id:
            raise document.wrong(
                (*field, "examples", k),
                f"the example {example} stands in {owner} already, and a video has one code: "
                "remove one",
            )
