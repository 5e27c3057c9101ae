"""The settings of releases: what they may be, and what is said of others."""

from __future__ import annotations

import pytest

from sz_assets.errors import UserError
from sz_assets.settings import ReleaseSettings, Settings


def test_what_is_set_is_taken() -> None:
    found = Settings.from_environment(
        {"SZ_STORAGE_VERSION": "v1.5.0", "SZ_KEPT_RELEASES": "3", "SZ_RELEASE_FORMATS": "csv, xlsx"}
    ).release
    assert found == ReleaseSettings("v1.5.0", 3, ("csv", "xlsx"))
    assert Settings.from_environment({}).release == ReleaseSettings()
    assert Settings.from_environment({"SZ_RELEASE_FORMATS": ""}).release.formats == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SZ_STORAGE_VERSION", "v1.3.7"),
        ("SZ_KEPT_RELEASES", "0"),
        ("SZ_KEPT_RELEASES", "many"),
        ("SZ_RELEASE_FORMATS", "csv,odt"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str) -> None:
    with pytest.raises(UserError, match=f"^{name} "):
        Settings.from_environment({name: value})
