"""Notices to people: an e-mail, a webhook, a chat; a line in the log where none is set up.

Here: handing a notice over. Not here: what is worth one, or its words (`defs.notices`).
"""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sz_assets.errors import UserError
from sz_assets.settings import Secret

if TYPE_CHECKING:
    from apprise import Apprise

_log = logging.getLogger("sz_assets.notices")
# Seconds before a channel that did not take a notice is asked again.
_PAUSES = (2, 10)


@dataclass(frozen=True)
class Notice:
    """What happened: a line, and the sentences below it. Both are plain text of anybody."""

    title: str
    body: str


def deliver(notice: Notice, addresses: Secret) -> str:
    """Hand the notice to each of the addresses; returns where it went, without saying more.

    UserError if one did not take it, once all were tried. No error names an address: whoever has
    it may write to the channel.
    """
    _log.warning("%s: %s", notice.title, " ".join(notice.body.split()))
    channels = opened(addresses)
    left = [each for each in channels if not _takes(each[1], notice)]
    for pause in _PAUSES:
        if left:
            time.sleep(pause)
            left = [each for each in left if not _takes(each[1], notice)]
    if left:
        refused = [place for place, _ in left]
        raise UserError(
            f"The notice {notice.title!r} was not taken by {', '.join(refused)} of SZ_NOTIFY_URLS: "
            "look whether the service answers and the address is still right."
        )
    return ", ".join(place for place, _ in channels) or "the log"


def _takes(channel: Apprise, notice: Notice) -> bool:
    # As text: what a platform says can't become a link or a mark-up on its way.
    return bool(channel.notify(body=notice.body, title=notice.title, body_format="text"))


def opened(addresses: Secret) -> list[tuple[str, Apprise]]:
    """A channel for each address and what it may be called; UserError if one is not known."""
    found = split(addresses)
    if not found:
        return []
    from apprise import Apprise, AppriseAsset

    # It tells of errors with the addresses in them.
    logging.getLogger("apprise").disabled = True
    asset = AppriseAsset(
        app_id="sz_assets", app_desc="sz_assets", app_url="", http_redirects=False, async_mode=False
    )
    channels = []
    for number, address in enumerate(found, start=1):
        channel = Apprise(asset=asset)
        if not channel.add(address):
            raise UserError(
                f"Address {number} of SZ_NOTIFY_URLS is none that Apprise can use: write it as "
                "mailtos://…, json://…, dingtalk://… or wecombot://… as Apprise's pages say."
            )
        channels.append((f"channel {number} ({address.partition(':')[0].lower()})", channel))
    return channels


def split(addresses: Secret) -> list[str]:
    """The addresses, which are separated by spaces, or by commas before another one."""
    return [
        word.strip(", ")
        for word in re.split(r"\s+|,(?=[a-z0-9]+://)", addresses.reveal(), flags=re.I)
        if word.strip(", ")
    ]
