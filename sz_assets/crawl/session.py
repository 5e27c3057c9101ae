"""One crawl of one month: each account's profile, then its list page by page, to its end.

Here: the order of requests, retries, and when to stop. Not here: the network
(`crawl.transport`), what a body says (`sources`), rules and waits (`crawl.rules`).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

from sz_assets.crawl.attempt import Attempt, Received, next_attempt_id, refuse_mixture
from sz_assets.crawl.pace import Pacer
from sz_assets.crawl.plan import AttemptResult, CrawlPlan, Progress
from sz_assets.crawl.redaction import Redaction
from sz_assets.crawl.rules import RULES
from sz_assets.crawl.transport import Answer, Transport
from sz_assets.errors import UserError
from sz_assets.settings import PlatformSettings
from sz_assets.sources.protocol import PageReading, Problem, Query, Source
from sz_assets.sources.registry import get_source
from sz_assets.storage import Lake
from sz_assets.study import Account

_PROGRESS_GAP_SECONDS = 0.1
# A list of deleted videos can give empty pages before it goes on; more than this is no list.
_EMPTY_PAGES_IN_A_ROW = 10


def crawl_month(
    plan: CrawlPlan, lake: Lake, progress: Callable[[Progress], None]
) -> list[AttemptResult]:
    """Crawl all accounts of the plan and store one attempt for each, whatever became of it.

    Returns how each attempt ended, in the plan's order; a refused or broken account does not stop
    the others. `progress` is called at most ten times a second and at the end. UserError if the
    plan can't be carried out (unknown platform, unusable cookie, failing signer, month with data
    of another kind, disk): attempts that had begun are stored as far as they came.
    """
    platforms = {account.platform for account in plan.accounts}
    origins = {plan.data_origin(platform) for platform in platforms}
    account_ids = [account.id for account in plan.accounts]
    refuse_mixture(lake, plan.crawl_month, account_ids, origins)
    for platform in sorted(platforms):
        get_source(platform)
        if platform not in plan.platforms:
            raise UserError(
                f"No address is set for the platform {platform!r}: set "
                f"SZ_{platform.upper()}_BASE_URL."
            )
    return asyncio.run(_crawl(plan, lake, _Reporter(progress, len(plan.accounts))))


async def _crawl(plan: CrawlPlan, lake: Lake, reporter: _Reporter) -> list[AttemptResult]:
    async with AsyncExitStack() as stack:
        hosts = {}
        for name in sorted({account.platform for account in plan.accounts}):
            settings = plan.platforms[name]
            transport = Transport(
                settings,
                user_agent=plan.user_agent,
                clock=plan.clock,
                concurrency=plan.concurrency,
                limits=plan.limits,
            )
            hosts[name] = _Host(plan, get_source(name), settings, transport)
            await stack.enter_async_context(transport)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(hosts[account.platform].crawl(account, lake, reporter))
                    for account in plan.accounts
                ]
        except BaseExceptionGroup as errors:
            # One failing signer or disk fails every account in the same words: one is enough.
            raise errors.exceptions[0] from None
    reporter.finish()
    return [task.result() for task in tasks]


class _Host:
    """What the accounts of one platform share: its client, pace, and number at a time."""

    def __init__(
        self, plan: CrawlPlan, source: Source, settings: PlatformSettings, transport: Transport
    ) -> None:
        self._plan, self._source, self._transport = plan, source, transport
        self._redaction = Redaction(settings.cookie)
        self._pacer = Pacer(plan.requests_per_second)
        self._places = asyncio.Semaphore(plan.concurrency)

    async def crawl(self, account: Account, lake: Lake, reporter: _Reporter) -> AttemptResult:
        async with self._places:
            month = self._plan.crawl_month
            attempt = Attempt(
                crawl_month=month,
                account_id=account.id,
                attempt_id=next_attempt_id(lake, month, account.id, self._plan.clock()),
                platform=account.platform,
                data_origin=self._plan.data_origin(account.platform),
            )
            try:
                if await self._profile(account, attempt):
                    await self._list(account, attempt, reporter)
            except BaseException:
                # The event loop is being left, so the answers so far are written at once.
                attempt.write(lake)
                raise
            await asyncio.to_thread(attempt.write, lake)
        reporter.account_done(account.id)
        verdict = attempt.verdict()
        return AttemptResult(
            account_id=account.id,
            attempt_id=attempt.attempt_id,
            verdict=verdict.verdict,
            reason=verdict.reason,
            request_count=attempt.request_count,
            page_count=attempt.page_count,
            item_count=attempt.item_count,
        )

    async def _profile(self, account: Account, attempt: Attempt) -> bool:
        """Store the profile; False if the platform refused it, which ends the attempt."""
        outcome = "ok"

        def take(answer: Answer) -> Problem | None:
            nonlocal outcome
            problem = (
                answer.problem
                or self._source.read_profile(answer.body, answer.content_type).problem
            )
            outcome = _outcome(problem)
            attempt.add_profile(self._received(answer, outcome), outcome, problem)
            return problem

        await self._ask(self._source.profile_query(account), take)
        return outcome != "refused"

    async def _list(self, account: Account, attempt: Attempt, reporter: _Reporter) -> None:
        """Store the pages in the order of their cursors, until the list or the patience ends."""
        cursor: str | None = self._source.first_cursor
        asked: set[str] = set()
        empty_pages = 0
        while cursor is not None:
            asked.add(cursor)
            page = await self._page(account, attempt, cursor)
            if page is None:
                return
            reporter.page_done(account.id, page.item_count)
            empty_pages = 0 if page.item_count else empty_pages + 1
            cursor = self._next(page, cursor, asked, empty_pages)

    async def _page(self, account: Account, attempt: Attempt, cursor: str) -> PageReading | None:
        reading = PageReading()

        def take(answer: Answer) -> Problem | None:
            nonlocal reading
            if answer.problem:
                reading = PageReading(answer.problem)
            else:
                reading = self._source.read_page(answer.body, answer.content_type)
            outcome = _outcome(reading.problem)
            attempt.add_page(self._received(answer, outcome), outcome, reading, cursor)
            return reading.problem

        await self._ask(self._source.page_query(account, cursor), take)
        return None if reading.problem else reading

    def _next(
        self, page: PageReading, cursor: str, asked: set[str], empty_pages: int
    ) -> str | None:
        """The cursor to go on with; None at the end, or where going on would lead in a circle."""
        following = page.next_cursor
        if page.has_more is False or following is None or following in asked:
            return None
        if page.has_more is None and not page.item_count:
            return None
        if empty_pages >= _EMPTY_PAGES_IN_A_ROW or self._source.goes_back(cursor, following):
            return None
        return following

    async def _ask(self, query: Query, take: Callable[[Answer], Problem | None]) -> None:
        """Ask until an answer counts, can't be repeated, or the retries are used up."""
        failures = 0
        while True:
            await self._pacer.turn()
            answer = await self._transport.get(query)
            problem = take(answer)
            if problem is None or not RULES[problem.fault].is_retried:
                return
            failures += 1
            # Jitter is no secret, so the plain generator will do.
            jitter = random.random()  # noqa: S311
            wait = self._plan.retry.wait(failures, answer.retry_after, jitter)
            if wait is None:
                return
            await asyncio.sleep(wait)

    def _received(self, answer: Answer, outcome: str) -> Received:
        return Received(
            url=answer.url,
            # Pages of refusal may repeat what was sent.
            body=answer.body if outcome == "ok" else self._redaction.of_body(answer.body),
            requested_at=answer.requested_at,
            received_at=answer.received_at,
            http_status=answer.status,
            content_type=answer.content_type,
        )


def _outcome(problem: Problem | None) -> str:
    return "ok" if problem is None else RULES[problem.fault].outcome


class _Reporter:
    """Counts what was done and passes it on, at most ten times a second."""

    def __init__(self, progress: Callable[[Progress], None], accounts_total: int) -> None:
        self._progress = progress
        self._total = accounts_total
        self._done = self._pages = self._items = 0
        self._current: str | None = None
        self._last = -float("inf")

    def page_done(self, account_id: str, items: int) -> None:
        self._pages += 1
        self._items += items
        self._tell(account_id)

    def account_done(self, account_id: str) -> None:
        self._done += 1
        self._tell(account_id)

    def finish(self) -> None:
        self._send()

    def _tell(self, account_id: str) -> None:
        self._current = account_id
        if time.monotonic() - self._last >= _PROGRESS_GAP_SECONDS:
            self._send()

    def _send(self) -> None:
        self._last = time.monotonic()
        self._progress(Progress(self._done, self._total, self._pages, self._items, self._current))
