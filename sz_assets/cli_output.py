"""What commands share: the opened study and home, and how results are printed.

Here: the seams between Click and the work. Not here: any command.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sz_assets.coding.store import CodingStore
    from sz_assets.settings import Settings
    from sz_assets.storage import Home
    from sz_assets.study import Study

_SAID = "sz_assets.said"
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class JsonGroup(click.Group):
    """Commands whose errors, too, are printed as JSON where --json is given.

    The sentence is printed all the same, to the standard error, by who calls the group.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["as_json"] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            # A command that told what it found has printed its one document already.
            if ctx.meta["as_json"] and not ctx.meta.get(_SAID):
                is_usage = isinstance(error, click.ClickException)
                said = error.format_message() if is_usage else str(error)  # type: ignore[attr-defined]
                say({"error": said or type(error).__name__}, (), True)
            raise


def examples(*lines: str) -> str:
    """The end of a command's help."""
    return "\b\nExamples:\n" + "\n".join(f"  sz-assets {line}" for line in lines)


def settings() -> Settings:
    """The settings; UserError if one is wrong."""
    from sz_assets.settings import Settings

    return Settings.from_environment()


def settings_and_study() -> tuple[Settings, Study]:
    """Both; UserError if either is wrong."""
    from sz_assets.study import load_study

    found = settings()
    return found, load_study(found.study)


def opened(*, to_write: bool = False) -> tuple[Study, Home, CodingStore]:
    """The study, its home, and what is coded; UserError if the home is another study's."""
    from sz_assets.coding.store import CodingStore
    from sz_assets.storage import Home

    found, study = settings_and_study()
    home = Home(found.home)
    if to_write:
        home.prepare()
        home.claim_for(study.id)
    else:
        home.refuse_other_study(study.id)
    return study, home, CodingStore(home.coding)


def say(data: Any, lines: Iterable[str], as_json: bool) -> None:
    """Print `data` as JSON, or else the lines, without what a terminal would obey."""
    if as_json:
        text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False, default=str)
        # Half a character, as in a file's name that is no text, becomes its escape in JSON.
        click.echo(text.encode(errors="backslashreplace").decode())
        if context := click.get_current_context(silent=True):
            context.meta[_SAID] = True
    else:
        for line in lines:
            click.echo(safe(line))


def safe(text: str) -> str:
    """Text of a platform or a file without what a terminal would obey."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
