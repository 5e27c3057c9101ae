"""The settings of the marts: what they may be, and what is said of others."""

from __future__ import annotations

import pytest
import yaml

from sz_assets.defs.dbt import PROJECT
from sz_assets.errors import UserError
from sz_assets.settings import MartSettings, Settings


def test_what_is_set_is_taken() -> None:
    given = {"SZ_MEMORY_LIMIT": "1.5 GiB", "SZ_PART_VIDEOS": "7000"}
    assert Settings.from_environment(given).marts == MartSettings("1.5 GiB", 7_000)
    empty = {"SZ_MEMORY_LIMIT": "", "SZ_PART_VIDEOS": ""}
    assert Settings.from_environment(empty).marts == MartSettings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("SZ_MEMORY_LIMIT", value) for value in ("much", "0%", "101%", "12", "-1GB", "4GB'")),
        *(("SZ_PART_VIDEOS", value) for value in ("0", "1.5", "all")),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str) -> None:
    with pytest.raises(UserError, match=f"^{name} "):
        Settings.from_environment({name: value})


def test_dbt_has_the_same_defaults() -> None:
    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    limit = profile["sz_assets"]["outputs"]["duckdb"]["settings"]["memory_limit"]
    default = MartSettings().memory_limit
    assert limit == f"{{{{ env_var('SZ_MEMORY_LIMIT', '') or '{default}' }}}}"
    parts = (PROJECT / "macros" / "parts.sql").read_text(encoding="utf-8")
    assert f'env_var("SZ_PART_VIDEOS", "") or "{MartSettings().part_videos}"' in parts
