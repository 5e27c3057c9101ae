"""One crawl of one month: each account's profile, then its list page by page, to its end.

Here: the order of requests, and when a list ends. Not here: whether and when a request is sent
(`crawl.asking`), what a body says (`sources`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from typing import Any

from sz_assets.contracts.raw import ACCOUNT_PAGES, ACCOUNT_PROFILES
from sz_assets.crawl.asking import Asker
from sz_assets.crawl.attempt import Received, refuse_mixture
from sz_assets.crawl.pace import Pacer
from sz_assets.crawl.plan import AttemptResult, CrawlPlan, Progress
from sz_assets.crawl.redaction import Redaction
from sz_assets.crawl.resume import OpenAttempt, open_attempt
from sz_assets.crawl.rules import RULES
from sz_assets.crawl.transport import Answer, Transport
from sz_assets.errors import UserError
from sz_assets.settings import PlatformSettings
from sz_assets.sources.protocol import Fault, PageReading, Problem, Source
from sz_assets.sources.registry import get_source
from sz_assets.storage import Lake
from sz_assets.study import Account

_PROGRESS_GAP_SECONDS = 0.1
# A list of deleted videos can give pages without a new one before it goes on; more than this is
# no list.
_IDLE_PAGES_IN_A_ROW = 10


def crawl_month(
    plan: CrawlPlan, lake: Lake, progress: Callable[[Progress], None]
) -> list[AttemptResult]:
    """Crawl all accounts of the plan and store one attempt for each, whatever became of it.

    Returns how each attempt ended, in the plan's order; a refused or broken account does not stop
    the others. `progress` is called at most ten times a second and at the end. UserError if the
    plan can't be carried out (unknown platform, unusable cookie, failing signer, month with data
    of another kind, disk) or another process is crawling one of the accounts. Attempts that had
    begun stay in their journals then, and the next crawl of the month goes on with them.
    """
    platforms = {account.platform for account in plan.accounts}
    origins = {plan.data_origin(platform) for platform in platforms}
    account_ids = [account.id for account in plan.accounts]
    for platform in sorted(platforms):
        get_source(platform)
        if platform not in plan.platforms:
            raise UserError(
                f"No address is set for the platform {platform!r}: set "
                f"SZ_{platform.upper()}_BASE_URL."
            )
    with ExitStack() as locks:
        for account_id in account_ids:
            locks.enter_context(lake.lock_account(plan.crawl_month, account_id))
        refuse_mixture(lake, plan.crawl_month, account_ids, origins)
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
        self._plan, self._source = plan, source
        self._redaction = Redaction(settings.cookie)
        self._asker = Asker(
            transport,
            pacer=Pacer(plan.requests_per_second),
            retry=plan.retry,
            budget=plan.budget,
            pauses=plan.pauses,
            obey_robots=plan.obey_robots,
        )
        self._places = asyncio.Semaphore(plan.concurrency)

    async def crawl(self, account: Account, lake: Lake, reporter: _Reporter) -> AttemptResult:
        async with self._places:
            work = await asyncio.to_thread(open_attempt, self._plan, lake, account)
            try:
                if await self._may_go_on(work) and await self._profile(account, work):
                    await self._list(account, work, reporter)
                await asyncio.to_thread(work.seal, lake)
            finally:
                work.journal.close()
        reporter.account_done(account.id)
        attempt = work.attempt
        verdict = attempt.verdict()
        return AttemptResult(
            account_id=account.id,
            attempt_id=attempt.attempt_id,
            verdict=verdict.verdict,
            reason=verdict.reason,
            request_count=attempt.request_count,
            page_count=attempt.page_count,
            item_count=attempt.item_count,
            notes=tuple(work.notes),
        )

    async def _may_go_on(self, work: OpenAttempt) -> bool:
        """Whether there is something to ask for, once the platform's own pause is over."""
        left = work.wait_left(self._plan.clock())
        if work.is_over or left > self._plan.retry.longest_wait:
            return False
        await asyncio.sleep(left)
        return True

    async def _profile(self, account: Account, work: OpenAttempt) -> bool:
        """Store the profile; False if it can't be had, which ends the attempt."""
        if work.has_profile:
            return True
        outcome = "ok"

        async def take(answer: Answer) -> Problem | None:
            nonlocal outcome
            problem = (
                self._told(answer.problem)
                or self._source.read_profile(answer.body, answer.content_type).problem
            )
            outcome = _outcome(problem)
            received = self._received(answer, outcome)
            row = work.attempt.add_profile(received, outcome, problem, self._asker.robots_txt)
            await self._record(work, ACCOUNT_PROFILES.name, row, answer, problem)
            return problem

        forbidden = None
        if work.last is None and self._plan.is_over():
            # What is under way is finished, because its counters belong together.
            detail = f"{self._plan.crawl_month:%Y-%m} ended before it was this account's turn"
            forbidden = Problem(Fault.MONTH_OVER, detail)
        query = self._source.profile_query(account)
        await self._asker.ask(query, take, is_page=False, forbidden=forbidden)
        return outcome == "ok"

    async def _list(self, account: Account, work: OpenAttempt, reporter: _Reporter) -> None:
        """Store the pages in the order of their cursors, until the list or the patience ends."""
        stored = work.attempt.page_readings(self._source)
        cursor: str | None = self._source.first_cursor
        asked: set[str] = set()
        known: set[str] = set()
        idle_pages = 0
        while cursor is not None:
            asked.add(cursor)
            page = next(stored, None) or await self._page(account, work, cursor)
            if page is None:
                return
            reporter.page_done(account.id, page.item_count)
            is_idle = page.video_ids <= known if page.video_ids else not page.item_count
            idle_pages = idle_pages + 1 if is_idle else 0
            known |= page.video_ids
            cursor = self._next(page, cursor, asked, idle_pages)

    async def _page(self, account: Account, work: OpenAttempt, cursor: str) -> PageReading | None:
        reading = PageReading()

        async def take(answer: Answer) -> Problem | None:
            nonlocal reading
            if answer.problem:
                reading = PageReading(self._told(answer.problem))
            else:
                reading = self._source.read_page(answer.body, answer.content_type)
            outcome = _outcome(reading.problem)
            row = work.attempt.add_page(self._received(answer, outcome), outcome, reading, cursor)
            await self._record(work, ACCOUNT_PAGES.name, row, answer, reading.problem)
            return reading.problem

        await self._asker.ask(self._source.page_query(account, cursor), take)
        return None if reading.problem else reading

    def _next(self, page: PageReading, cursor: str, asked: set[str], idle_pages: int) -> str | None:
        """The cursor to go on with; None at the end, or where going on would lead in a circle."""
        following = page.next_cursor
        if page.has_more is False or following is None or following in asked:
            return None
        if page.has_more is None and not page.item_count:
            return None
        if idle_pages >= _IDLE_PAGES_IN_A_ROW or self._source.goes_back(cursor, following):
            return None
        return following

    def _told(self, problem: Problem | None) -> Problem | None:
        """The problem, with what to do about it if only a day has to pass."""
        if problem is None or problem.fault is not Fault.BUDGET or self._plan.budget is None:
            return problem
        remedy = self._plan.budget.remedy(self._plan.crawl_month)
        return Problem(problem.fault, f"{problem.detail}; {remedy}")

    async def _record(
        self,
        work: OpenAttempt,
        table: str,
        row: dict[str, Any],
        answer: Answer,
        problem: Problem | None,
    ) -> None:
        is_last = problem is not None and not RULES[problem.fault].is_retried
        paused_on = None
        if self._plan.budget and problem is not None and problem.fault is Fault.BUDGET:
            paused_on = self._plan.budget.today()
        await work.record(
            table, row, is_last=is_last, retry_after=answer.retry_after, paused_on=paused_on
        )

    def _received(self, answer: Answer, outcome: str) -> Received:
        hide = self._redaction
        return Received(
            url=answer.url,
            # Answers may repeat what was sent; of a refusal nothing is needed then.
            body=hide.of_page(answer.body) if outcome == "ok" else hide.of_body(answer.body),
            requested_at=answer.requested_at,
            received_at=answer.received_at,
            http_status=answer.status,
            content_type=hide.of_text(answer.content_type),
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
