"""Crawls that are made to crash at a chosen step."""

from __future__ import annotations

from sz_assets.contracts.raw import RAW_TABLES
from sz_assets.crawl.session import crawl_month


class Crash(Exception):
    pass


def crawl(kit, lake, server, *accounts, **changes):
    return crawl_month(kit.plan(server, *accounts, **changes), lake, lambda progress: None)


def tables(kit, lake, account_id="one"):
    return [
        lake.read_attempts(table, lake.attempts(table, kit.month, account_id))
        for table in RAW_TABLES
    ]


def crash_on(monkeypatch, owner, name, turn, *, before=False, when=lambda *args: True):
    """Let the method raise Crash in its turn (from 1), before or after doing its work."""
    original = getattr(owner, name)
    turns = iter(range(1, 1000))

    def method(*args, **options):
        is_now = when(*args) and next(turns) == turn
        if is_now and before:
            raise Crash
        result = original(*args, **options)
        if is_now:
            raise Crash
        return result

    monkeypatch.setattr(owner, name, method)
