"""dbt's documentation: one page that is made once, and exposures that name what is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from sz_assets.contracts import ENGAGEMENT_TABLES
from sz_assets.defs import dbt
from sz_assets.defs.dbt_docs import dbt_page, offline
from sz_assets.report.data import REPORT_TABLES


def exposure(name: str) -> dict[str, Any]:
    text = (dbt.PROJECT / "models" / "exposures.yml").read_text(encoding="utf-8")
    [found] = [one for one in yaml.safe_load(text)["exposures"] if one["name"] == name]
    return dict(found)


def test_the_report_and_the_released_database_name_all_that_they_read() -> None:
    marts = [table.name for table in ENGAGEMENT_TABLES]
    read = [name for name in marts if name in REPORT_TABLES]
    assert exposure("bi_warehouse")["depends_on"] == [f"ref('{name}')" for name in marts]
    assert exposure("monthly_report")["depends_on"] == [f"ref('{name}')" for name in read]
    for name in ("bi_warehouse", "monthly_report"):
        assert exposure(name)["owner"] == {"name": "sz-assets"}
        assert exposure(name)["url"].startswith("../")


def test_a_page_of_another_shape_is_refused() -> None:
    with pytest.raises(RuntimeError, match="another shape"):
        offline("<html><head></head></html>")


@pytest.mark.slow
def test_the_page_is_made_once_for_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = dbt_page(tmp_path / "docs.html")
    text = page.read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert 'xlink:href="{{' not in text.replace('ng-attr-xlink:href="{{', "")
    assert all(f"exposure.sz_assets.{name}" in text for name in ("monthly_report", "bi_warehouse"))
    assert str(dbt.PROJECT) not in text
    manifest = json.loads(dbt.prepare_project().read_text(encoding="utf-8"))
    assert all(node in text for node in manifest["nodes"] if node.startswith("model."))

    made = page.stat().st_mtime_ns
    monkeypatch.setattr(dbt, "invoke", None)
    assert dbt_page(page) == page
    assert page.stat().st_mtime_ns == made


def test_a_page_of_an_older_project_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "docs.html"
    page.write_text("old")
    page.with_suffix(".sha256").write_text("of another project")

    def fail(*_: Any) -> None:
        raise RuntimeError("dbt docs failed: for a test")

    with monkeypatch.context() as patched:
        patched.setattr(dbt, "invoke", fail)
        with pytest.raises(RuntimeError, match="for a test"):
            dbt_page(page)
    # What failed left no stamp, so nobody takes the old page for a new one.
    assert not page.with_suffix(".sha256").exists()
    assert page.read_text() == "old"
