"""Asking a language model into one file, as the tests of asking do."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from stub_model_server import MODEL, StubModelServer

from sz_assets.coding.machine.answers import AnswerFile
from sz_assets.coding.machine.endpoint import EndpointLimits
from sz_assets.coding.machine.language_model import Asked, ask, codes_of
from sz_assets.coding.machine.prompt import build_prompt
from sz_assets.settings import LanguageModelSettings, Secret
from sz_assets_tests.bundled import shenzhen

BOOK = shenzhen().codebook
PROMPT = build_prompt(BOOK, {})
KEY = "sk-c4n4ryOfTheKey/+=&%7"
QUICK = EndpointLimits(
    first_wait=0.0, longest_wait=2.0, requests_per_second=1e6, deadline=0.5, body_bytes=10_000
)
NOW = datetime(2023, 11, 1, 12, tzinfo=UTC)


def tasks(*titles: str | None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "account_id": ["one"] * len(titles),
            "video_id": [str(number) for number in range(len(titles))],
            "title": pl.Series(titles, dtype=pl.String),
        }
    )


class Kit:
    """Asks into one file."""

    def __init__(self, folder: Path) -> None:
        self.file = AnswerFile(folder / "answers" / "language_model-1" / "answers.jsonl")

    def ask(self, stub: StubModelServer, *titles: str | None, key: str = KEY, **options) -> Asked:
        settings = LanguageModelSettings(stub.base_url, MODEL, Secret(key))
        values = {"seed": 7, "limits": QUICK, "clock": lambda: NOW} | options
        return ask(tasks(*titles), PROMPT, settings, self.file, **values)

    def codes(self, *titles: str | None) -> list[tuple[str | None, str | None]]:
        coded = codes_of(tasks(*titles), self.file.read())
        return coded.select("category", "reason").rows()
