"""dbt's own documentation of the project as one page, made once per checkout.

Here: making the page, and cutting it off from other hosts. Not here: the data
dictionary (`publish.dictionary`), which is of the contracts and needs no dbt.
"""

from __future__ import annotations

import fcntl
import re
import shutil
import tempfile
from pathlib import Path

from sz_assets.defs import dbt
from sz_assets.disk import write_bytes

PAGE = dbt.TARGET / "docs.html"
_CHARSET = re.compile(r'<meta charset="utf-8"\s*/?>')
_ICON = re.compile(r'<link rel="shortcut icon" href="[^>]*"/>')
_UNFILLED = re.compile(r'(?<=<use )xlink:href=(?="\{\{)')
# Its script makes functions from text, and there is no text of a platform in it.
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; connect-src data:; base-uri 'self'; form-action 'none'\">"
)


def dbt_page(page: Path = PAGE) -> Path:
    """dbt's documentation as one HTML file; made anew only if the dbt project changed.

    RuntimeError says why dbt failed.
    """
    manifest = dbt.prepare_project()
    sources = (dbt.TARGET / "sources.sha256").read_bytes()
    with page.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = page.with_suffix(".sha256")
        if not (page.is_file() and stamp.is_file() and stamp.read_bytes() == sources):
            stamp.unlink(missing_ok=True)
            write_bytes(page, _made_from(manifest).encode())
            write_bytes(stamp, sources)
    return page


def _made_from(manifest: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        # The page shows what was parsed; a catalogue would need a database, and the types of the
        # columns stand in the contracts already.
        target = Path(folder)
        shutil.copyfile(manifest, target / manifest.name)
        dbt.invoke(["docs", "generate", "--static", "--empty-catalog", "--no-compile"], target)
        return offline((target / "static_index.html").read_text(encoding="utf-8"))


def offline(text: str) -> str:
    """The page with a policy by which it asks nobody, and without its icon, which does not exist.

    dbt's page holds a counter of visits that asks another host where it is switched on.
    """
    text, icons = _ICON.subn('<link rel="icon" href="data:,"/>', text)
    # As it stands a browser asks for a picture of that name before the page's script fills it in.
    text, pictures = _UNFILLED.subn("ng-attr-xlink:href=", text)
    text, heads = _CHARSET.subn(rf"\g<0>{_POLICY}", text, count=1)
    if not (icons and heads and pictures):
        raise RuntimeError("dbt's page of documentation has another shape: see dbt_docs.offline.")
    return text
