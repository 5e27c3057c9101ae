"""The shell that every page shares: its look, its switches, its policy, and its filters.

Here: rendering a template inside `base.html.j2`, whose style and script stand in the page and are
the only ones that its content-security policy lets run. Not here: what a page shows (`page`,
`index`, the dictionary).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from sz_assets.charts.context import SIMULATED_MARK, Bilingual
from sz_assets.charts.wording import ten_thousands
from sz_assets.report import formats
from sz_assets.report.told import told

_OWN = "sz_assets.report"


def render(
    template: str,
    *,
    package: str = _OWN,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    idle_scripts: Sequence[str] = (),
    **values: Any,
) -> str:
    """A page made from `template` of the package's folder `templates`, escaped throughout.

    The template extends `base.html.j2` and fills its blocks `title` (or gets `titles`) and `body`.
    `styles` and `scripts` are the texts of further style sheets and scripts that stand in the page;
    `idle_scripts` are allowed to run but stand there only if the template puts them. ValueError
    for one that would end its own element.
    """
    allowed_scripts = [_text("page.js"), *scripts, *idle_scripts]
    allowed_styles = [_text("base.css"), *styles]
    return (
        _templates(package)
        .get_template(template)
        .render(
            policy=Markup(_policy(allowed_styles, allowed_scripts)),  # noqa: S704 (hashes)
            styles=[_raw(text, "style") for text in allowed_styles],
            scripts=[_raw(text, "script") for text in allowed_scripts[: 1 + len(scripts)]],
            **values,
        )
    )


def script_text(name: str) -> str:
    """A script or style sheet that lies beside the templates."""
    return _text(name)


def content(words: str | Markup | Bilingual) -> str | Markup:
    """Words as HTML: a span for each language where they differ, else the words alone."""
    if not isinstance(words, Bilingual):
        return words
    if words.zh == words.en or not words.en:
        return words.zh
    if not words.zh:
        return words.en
    spans = Markup('<span class="zh" lang="zh">{}</span> <span class="en" lang="en">{}</span>')
    return spans.format(*words)


@cache
def _templates(package: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.PackageLoader(name, "templates") for name in dict.fromkeys((package, _OWN))]
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": formats.count,
        "number": formats.number,
        "signed": formats.signed,
        "percent": formats.percent,
        "text": formats.text,
        "told": lambda text: None if text is None else told(text),
        "content": content,
        "ten_thousands": ten_thousands,
    }
    environment.globals |= {
        "simulated_mark": SIMULATED_MARK,
        "link": formats.link,
        "trace": formats.trace,
        "words": Bilingual,
    }
    return environment


@cache
def _text(name: str) -> str:
    return files(_OWN).joinpath("templates", name).read_text(encoding="utf-8")


def _raw(text: str, element: str) -> Markup:
    """Our own code as it stands in its element."""
    if f"</{element}" in text.lower():
        raise ValueError(f"the text can't stand inside a {element} element")
    return Markup(text)  # noqa: S704 (files of this package, never a platform's text)


def _policy(styles: Iterable[str], scripts: Iterable[str]) -> str:
    """Nothing may be fetched, and only the code that we put there may run."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hashes(scripts)}",
            f"style-src {_hashes(styles)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hashes(texts: Iterable[str]) -> str:
    return " ".join(
        f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'" for text in texts
    )
