"""Coding titles with a language model behind an endpoint: asking once, and reading the answers.

Here: which titles are still to be asked about, and what has come of it. Not here: the prompt
(`prompt`), the network (`endpoint`), the file of answers (`answers`), or which model is in use
(`models`).

An answer is kept as it came and never asked for again; a request that brought no completion is no
answer and is sent again by the next run.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from sz_assets.coding.machine.answers import Adding, Answer, AnswerFile, title_sha256
from sz_assets.coding.machine.endpoint import Endpoint, EndpointLimits, NoCompletion
from sz_assets.coding.machine.prompt import Prompt
from sz_assets.errors import UserError
from sz_assets.settings import LanguageModelSettings

HOW_TO_TURN_ON = (
    "No language model is set up, and none is asked unless it is: set SZ_CODING_LLM_BASE_URL to "
    "the address of an OpenAI-compatible endpoint, such as http://127.0.0.1:8000/v1, and "
    "SZ_CODING_LLM_MODEL to its model (and SZ_CODING_LLM_KEY if it wants a key)."
)
# Tasks in a row without an answer after which the endpoint is taken to be out of order.
_FAILURES_IN_A_ROW = 3
NOT_ASKED = "not asked yet"
CODE_SCHEMA = pl.Schema(
    {
        "account_id": pl.String(),
        "video_id": pl.String(),
        "category": pl.String(),
        "confidence": pl.Float64(),
        "reason": pl.String(),
    }
)


@dataclass(frozen=True)
class Asked:
    """What a run of questions brought.

    `failures` counts the tasks without an answer by reason; `left` are the questions that are
    still open; `stopped` says why the run ended early.
    """

    answered: int
    failures: dict[str, int]
    left: int
    stopped: str | None


def ask(
    tasks: pl.DataFrame,
    prompt: Prompt,
    settings: LanguageModelSettings,
    file: AnswerFile,
    *,
    seed: int,
    limit: int | None = None,
    limits: EndpointLimits | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    told: Callable[[int, int], object] = lambda done, of: None,
) -> Asked:
    """Ask about every task (account_id, video_id, title) without an answer, at most `limit`.

    Tasks without a title are not asked about. `told` hears of each answer how many of how many
    there are. UserError if the key can't be sent, or the disk refuses.
    """
    with file.adding() as adding:
        known = {answer.question for answer in file.read()}
        questions = [
            (f"{account_id}:{video_id}", title)
            for account_id, video_id, title in tasks.select(
                "account_id", "video_id", "title"
            ).iter_rows()
            if title and (f"{account_id}:{video_id}", title_sha256(title)) not in known
        ]
        chosen = questions if limit is None else questions[:limit]
        run = _Run(prompt, settings, seed, adding, clock)
        if chosen:
            endpoint = Endpoint(settings, limits)
            asyncio.run(run.all(endpoint, chosen, told))
    return Asked(run.answered, dict(run.failures), len(questions) - run.answered, run.stopped)


class _Run:
    def __init__(
        self,
        prompt: Prompt,
        settings: LanguageModelSettings,
        seed: int,
        adding: Adding,
        clock: Callable[[], datetime],
    ) -> None:
        self._prompt, self._settings, self._seed = prompt, settings, seed
        self._adding, self._clock = adding, clock
        self.answered = 0
        self.failures: Counter[str] = Counter()
        self.stopped: str | None = None

    async def all(
        self,
        endpoint: Endpoint,
        questions: Sequence[tuple[str, str]],
        told: Callable[[int, int], object],
    ) -> None:
        in_a_row = 0
        async with endpoint:
            for task_id, title in questions:
                try:
                    await self._one(endpoint, task_id, title)
                except NoCompletion as failure:
                    self.failures[str(failure)] += 1
                    in_a_row += 1
                    if failure.is_final or in_a_row >= _FAILURES_IN_A_ROW:
                        self.stopped = str(failure)
                        return
                else:
                    in_a_row = 0
                    self.answered += 1
                    told(self.answered, len(questions))

    async def _one(self, endpoint: Endpoint, task_id: str, title: str) -> None:
        completion = await endpoint.complete(self._prompt.messages(title), self._seed)
        category, reason = self._prompt.read(completion.reply)
        if completion.finish_reason == "length" and category is None:
            reason = "a reply that was cut at the server's limit"
        self._adding.add(
            Answer(
                task_id=task_id,
                title=title,
                category=category,
                reason=reason,
                raw=completion.raw,
                served_model=completion.served_model,
                system_fingerprint=completion.system_fingerprint,
                base_url=self._settings.base_url,
                answered_at=self._clock().astimezone(UTC).replace(tzinfo=None),
            )
        )


def codes_of(tasks: pl.DataFrame, answers: Sequence[Answer]) -> pl.DataFrame:
    """The stored codes of tasks (account_id, video_id, title): CODE_SCHEMA, in their order.

    A language model's own word on how sure it is says little, so there is no confidence. A task
    that was never asked about, or under another title, has no category, as has an abstention.
    """
    given = {answer.question: (answer.category, answer.reason) for answer in answers}

    def code(task_id: str, title: str | None) -> tuple[str | None, str | None]:
        if not title:
            return None, "no title"
        return given.get((task_id, title_sha256(title)), (None, NOT_ASKED))

    rows = [
        (account_id, video_id, category, None, reason)
        for account_id, video_id, title in tasks.select(
            "account_id", "video_id", "title"
        ).iter_rows()
        for category, reason in [code(f"{account_id}:{video_id}", title)]
    ]
    return pl.DataFrame(rows, schema=CODE_SCHEMA, orient="row")


def served_by(answers: Sequence[Answer]) -> tuple[list[dict[str, Any]], str | None]:
    """What the servers called themselves, with the number of answers, and a word if it changed."""
    counts = Counter((a.served_model, a.system_fingerprint, a.base_url) for a in answers)
    served = [
        {
            "served_model": model,
            "system_fingerprint": fingerprint,
            "base_url": base_url,
            "answers": number,
        }
        for (model, fingerprint, base_url), number in counts.items()
    ]
    if len(counts) < 2:
        return served, None
    said = "; ".join(
        f"{model or 'no name'} ({fingerprint or 'no fingerprint'}) at {base_url}: {number:,}"
        for (model, fingerprint, base_url), number in counts.items()
    )
    return served, f"The model changed between answers, so they are not all of one coder: {said}."


def needed(settings: LanguageModelSettings | None) -> LanguageModelSettings:
    """The settings; UserError that says how to turn a language model on if there are none."""
    if settings is None:
        raise UserError(HOW_TO_TURN_ON)
    return settings
