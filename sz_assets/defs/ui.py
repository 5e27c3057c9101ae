"""Dagster's UI with its daemon, and the charts and reports beside it, on 127.0.0.1 alone.

Here: starting and stopping the three processes. Not here: who may ask (`defs.gate`).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sz_assets.defs.gate import Gate
from sz_assets.defs.instance import open_instance
from sz_assets.errors import UserError
from sz_assets.storage import Home

ADDRESS = "127.0.0.1"
LOCATION = "sz_assets"
_START_SECONDS = 60


@contextmanager
def _process(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", *arguments])
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def serve_ui(home: Home, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve until interrupted. `on_ready` gets the address once pages are answered.

    UserError if the port is taken.
    """
    import uvicorn
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import GrpcServerTarget
    from dagster_webserver.app import create_app_from_workspace_process_context
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    if _is_taken(port):
        raise UserError(f"Port {port} is in use: choose another one with --port.")
    with ExitStack() as stack:
        instance = stack.enter_context(open_instance(home))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sz-"))
        socket = str(Path(folder) / "code")
        code = stack.enter_context(
            _process(
                "dagster", "code-server", "start", "--socket", socket,
                "--module-name", "sz_assets.definitions", "--location-name", LOCATION,
                "--log-level", "warning", "--inject-env-vars-from-instance",
            )
        )  # fmt: skip
        stack.enter_context(
            _process("dagster._daemon", "run", "--grpc-socket", socket, "--log-level", "warning")
        )
        _wait_for(socket, code)
        target = GrpcServerTarget(
            host="localhost", port=None, socket=socket, location_name=LOCATION
        )
        context = stack.enter_context(WorkspaceProcessContext(instance, target))
        app = create_app_from_workspace_process_context(context)
        for name, path in (("charts", home.charts), ("published", home.published)):
            path.mkdir(parents=True, exist_ok=True)
            # Before the webserver's own catch-all route.
            app.router.routes.insert(
                0, Mount(f"/{name}", StaticFiles(directory=path, html=True, follow_symlink=True))
            )
        hosts = frozenset({f"{ADDRESS}:{port}", f"localhost:{port}"})

        class Server(uvicorn.Server):
            async def startup(self, sockets: object = None) -> None:
                await super().startup(sockets)  # type: ignore[arg-type]
                on_ready(f"http://{ADDRESS}:{port}")

        Server(uvicorn.Config(Gate(app, hosts), host=ADDRESS, port=port, log_level="warning")).run()


def _wait_for(socket: str, server: subprocess.Popen[bytes]) -> None:
    """Until the code server answers: before, the first page would show a location that fails."""
    from dagster._core.errors import DagsterUserCodeUnreachableError
    from dagster._grpc.client import DagsterGrpcClient

    client = DagsterGrpcClient(socket=socket)
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            client.ping("ready")
            return
        except DagsterUserCodeUnreachableError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise UserError(
                    "The definitions could not be served: run sz-assets doctor to see what is wrong."
                ) from error
            time.sleep(0.1)


def _is_taken(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex((ADDRESS, port)) == 0
