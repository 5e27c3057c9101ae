"""Dagster's UI with its daemon, and the charts and reports beside it, on 127.0.0.1 alone.

Here: starting and stopping. Not here: who may ask (`gate`), what becomes of runs (`ui_runs`).

Webserver and daemon share this process and one view of the definitions, so that a reload in the
UI reaches both; `dagster dev` would start four processes and has no place for the gate. The
names of Dagster that it needs are not public, so Dagster's version is pinned.
"""

from __future__ import annotations

import errno
import importlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from sz_assets.defs.gate import Gate, own_hosts
from sz_assets.defs.instance import open_instance
from sz_assets.errors import UserError
from sz_assets.storage import Home

if TYPE_CHECKING:
    import dagster as dg
    from dagster._core.workspace.context import WorkspaceProcessContext

ADDRESS = "127.0.0.1"
LOCATION = "sz_assets"


def serve_ui(home: Home, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve until Ctrl+C or SIGTERM. `on_ready` gets the address once pages are answered.

    A run that is still going at the end is cancelled. UserError if the port is taken, another UI
    uses this home, or the definitions can't be loaded.
    """
    with suppress(KeyboardInterrupt), _sigterm_is_ctrl_c(), ExitStack() as stack:
        listening = stack.enter_context(_bind(port))
        stack.enter_context(home.lock("ui", f"sz-assets ui on port {port}"))
        instance = stack.enter_context(open_instance(home))
        _load_pages_beside()
        context = stack.enter_context(_workspace(instance))
        stack.enter_context(_daemon(context))
        _serve(context, home, listening, on_ready)


@contextmanager
def _sigterm_is_ctrl_c() -> Iterator[None]:
    """End in order at SIGTERM too: by default it would leave the code server behind."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _bind(port: int) -> socket.socket:
    """The socket, taken now and listened to only when pages can be answered."""
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((ADDRESS, port))
    except OSError as error:
        found.close()
        cause = {
            errno.EADDRINUSE: "is in use",
            errno.EACCES: "is kept for the system",
        }.get(error.errno or 0, f"can't be used ({error.strerror})")
        raise UserError(f"Port {port} {cause}: choose another one with --port.") from error
    return found


def _load_pages_beside() -> None:
    """Begin to import the webserver while the definitions load in another process."""
    # First what starts that process: two threads that import it together can see half of it.
    for name in ("dagster._core.workspace.context", "dagster._grpc.server", "dagster._grpc.client"):
        importlib.import_module(name)

    def load() -> None:
        for name in ("dagster_webserver.app", "dagster._daemon.controller", "uvicorn"):
            importlib.import_module(name)

    threading.Thread(target=load, name="load-pages", daemon=True).start()


@contextmanager
def _workspace(instance: dg.DagsterInstance) -> Iterator[WorkspaceProcessContext]:
    """The definitions, loaded by a code server of their own, which also executes the runs."""
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import ModuleTarget

    from sz_assets.defs.ui_runs import cancel_runs, end_lost_runs

    end_lost_runs(instance)
    target = ModuleTarget("sz_assets.definitions", None, None, LOCATION)
    with WorkspaceProcessContext(instance, target, code_server_log_level="WARNING") as context:
        entry = context.create_request_context().get_location_entry(LOCATION)
        if entry is None or entry.load_error:
            raise UserError(
                "The definitions could not be loaded: run sz-assets doctor to see what is wrong."
            )
        try:
            yield context
        finally:
            cancel_runs(instance)


@contextmanager
def _daemon(context: WorkspaceProcessContext) -> Iterator[None]:
    """Queue, schedules and backfills, in threads of this process."""
    from dagster._daemon.controller import DagsterDaemonController, create_daemons_from_instance

    with ExitStack() as stack:
        daemons = create_daemons_from_instance(context.instance)
        for daemon in daemons:
            stack.enter_context(daemon)
        stack.enter_context(DagsterDaemonController(context, daemons))
        yield


def _serve(
    context: WorkspaceProcessContext,
    home: Home,
    listening: socket.socket,
    on_ready: Callable[[str], None],
) -> None:
    import uvicorn
    from dagster_webserver.app import create_app_from_workspace_process_context
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    app = create_app_from_workspace_process_context(context)
    beside = {"/charts": home.charts, "/published": home.published}
    for path, folder in beside.items():
        folder.mkdir(parents=True, exist_ok=True)
        # Before the webserver's own catch-all route; `current` is a symbolic link.
        files = StaticFiles(directory=folder, html=True, follow_symlink=True)
        app.router.routes.insert(0, Mount(path, files))
    port = listening.getsockname()[1]
    gate = Gate(app, own_hosts(ADDRESS, "localhost", port=port), tuple(beside))

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            on_ready(f"http://{ADDRESS}:{port}")

    # An open page keeps its websocket: don't wait for it to leave.
    config = uvicorn.Config(gate, log_level="warning", timeout_graceful_shutdown=2)
    Server(config).run(sockets=[listening])
