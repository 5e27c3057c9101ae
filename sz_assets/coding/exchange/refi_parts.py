"""What a REFI-QDA project of ours is made of: identifiers, names and the codebook.

Here: what writing (`refi_qda`) and reading (`refi_reading`) must agree on. Not here: files.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid5

from sz_assets.coding.exchange.categories import NO_CATEGORY_EN, NO_CATEGORY_ZH
from sz_assets.coding.exchange.records import NO_CATEGORY
from sz_assets.coding.exchange.sheet_text import mark, unmark
from sz_assets.study import Codebook
from sz_assets.study_parts import Name

# The same thing has the same identifier in every file, so that projects can be merged.
_NAMESPACE = UUID("6d0c1f0e-6f0b-5b0e-9a53-0c5d1a3c7e21")
_BETWEEN_NAMES = " · "
# Names the selection, or the note, that holds one judgement; the number keeps their order.
CODE_NAME = re.compile(r"code (\d+)")
TASK_VARIABLE = "task_id"
VARIABLES = (TASK_VARIABLE, "account_name", "url")
_SAID = {
    "codebook_version": re.compile(r"^codebook_version: (\S+)$", re.MULTILINE),
    "sample_id": re.compile(r"^sample_id: (.+)$", re.MULTILINE),
}


def guid(kind: str, *parts: str) -> str:
    """A stable identifier (UUID version 5) of something of ours."""
    return str(uuid5(_NAMESPACE, "\x1f".join((kind, *parts))))


def code_guid(codebook: Codebook, category: str) -> str:
    """The identifier of a category of this very version of the codebook."""
    return guid("category", codebook.version, category)


def code_name(category: str, name: Name) -> str:
    """Shown to coders; the id in front is what is read back."""
    return mark(_BETWEEN_NAMES.join((category, name.zh, name.en)))


def category_in(name: str) -> str:
    """What a coder said by a code of this name: the id, or the whole name of a code not ours."""
    return unmark(name.split(_BETWEEN_NAMES)[0].strip())


def origin_text(codebook_version: str | None, sample_id: str | None) -> str | None:
    """The lines that `origin_of` reads."""
    said = {"codebook_version": codebook_version, "sample_id": sample_id}
    return "\n".join(f"{key}: {mark(value)}" for key, value in said.items() if value) or None


def origin_of(text: str | None) -> tuple[str | None, str | None]:
    """Codebook version and sample, each null where the text does not say."""
    found = [pattern.search(text or "") for pattern in _SAID.values()]
    version, sample = (unmark(match[1]) if match else None for match in found)
    return version, sample


def codes(codebook: Codebook, code_type: Any) -> list[Any]:
    """Primary categories with the secondary ones below them, and last `none`.

    `code_type` is the library's class: projects and codebook files have one each.
    """
    none = Name(zh=NO_CATEGORY_ZH, en=NO_CATEGORY_EN)
    made = [
        code_type(
            guid=code_guid(codebook, primary.id),
            name=code_name(primary.id, primary.name),
            is_codable=False,
            description=_description(definition=primary.definition),
            code=[
                code_type(
                    guid=code_guid(codebook, second.id),
                    name=code_name(second.id, second.name),
                    is_codable=True,
                    description=_description(
                        definition=second.definition,
                        inclusion=second.inclusion,
                        exclusion=second.exclusion,
                    ),
                )
                for second in primary.secondary
            ],
        )
        for primary in codebook.primary
    ]
    made.append(
        code_type(
            guid=code_guid(codebook, NO_CATEGORY),
            name=code_name(NO_CATEGORY, none),
            is_codable=True,
            description=_description(definition=none),
        )
    )
    return made


def _description(**parts: Name | None) -> str:
    return mark(
        "\n".join(
            f"{part} ({language}): {text}"
            for part, name in parts.items()
            if name
            for language, text in (("zh", name.zh), ("en", name.en))
        )
    )
