"""The definitions of an untouched home."""

from __future__ import annotations

import socket
from pathlib import Path

import dagster as dg
import pytest

from sz_assets.definitions import build_defs
from sz_assets.settings import Settings


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that nothing has made."""
    return tmp_path_factory.mktemp("untouched") / "home"


@pytest.fixture(scope="session")
def defs(untouched: Path) -> dg.Definitions:
    """All definitions, built and resolved where no connection can be made."""
    with pytest.MonkeyPatch.context() as patch:

        def refuse(self: socket.socket, address: object) -> None:
            raise AssertionError(f"a connection to {address} while definitions load")

        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket.socket, "connect_ex", refuse)
        built = build_defs(Settings.from_environment({"SZ_HOME": str(untouched)}))
        dg.Definitions.validate_loadable(built)
    return built
