"""Dagster's UI with its daemon, and the charts and reports beside it, on 127.0.0.1 alone.

Here: starting and stopping. Not here: who may ask (`gate`), what becomes of runs (`ui_runs`).

Webserver and daemon share this process and one view of the definitions, so that a reload in the
UI reaches both; `dagster dev` would start four processes and has no place for the gate. For
readers the webserver starts alone: it takes no lock, so it can stand beside the UI that works on
the same home. The names of Dagster that it needs are not public, so Dagster's version is pinned.
"""

from __future__ import annotations

import errno
import importlib
import signal
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from sz_assets.defs.gate import Gate, OwnHosts, own_hosts
from sz_assets.defs.instance import open_instance
from sz_assets.defs.ui_runs import cancel_runs, end_lost_runs
from sz_assets.errors import UserError
from sz_assets.storage import Home

if TYPE_CHECKING:
    import dagster as dg
    from dagster._core.workspace.context import WorkspaceProcessContext
    from starlette.applications import Starlette

ADDRESS = "127.0.0.1"
LOCATION = "sz_assets"


def serve_ui(
    home: Home,
    port: int,
    on_ready: Callable[[str], None],
    *,
    read_only: bool = False,
    public_url: str | None = None,
) -> None:
    """Serve until Ctrl+C or SIGTERM. `on_ready` gets the address once pages are answered.

    A run that is still going at the end is cancelled. With `read_only` nothing can be started or
    changed, no run is touched, and there is no daemon. `public_url` is where a proxy on this
    machine shows the pages. UserError if it is none, if the port is taken, another UI uses this
    home (unless `read_only`), or the definitions can't be loaded.
    """
    hosts = own_hosts(ADDRESS, "localhost", port=port, public_url=public_url)
    with suppress(KeyboardInterrupt), _sigterm_is_ctrl_c(), ExitStack() as stack:
        listening = stack.enter_context(_bind(port))
        if not read_only:
            stack.enter_context(home.lock("ui", f"sz-assets ui on port {port}"))
        instance = stack.enter_context(open_instance(home))
        _load_pages_beside()
        if not read_only:
            end_lost_runs(instance)
        context = stack.enter_context(_workspace(instance, read_only))
        if not read_only:
            stack.callback(cancel_runs, instance)
            stack.enter_context(_daemon(context))
        _serve(_webserver(context), home, hosts, listening, on_ready)


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
def _workspace(instance: dg.DagsterInstance, read_only: bool) -> Iterator[WorkspaceProcessContext]:
    """The definitions, loaded by a code server of their own, which also executes the runs."""
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import ModuleTarget

    target = ModuleTarget("sz_assets.definitions", None, None, LOCATION)
    with WorkspaceProcessContext(
        instance, target, read_only=read_only, code_server_log_level="WARNING"
    ) as context:
        entry = context.create_request_context().get_location_entry(LOCATION)
        if entry is None or entry.load_error:
            raise UserError(
                "The definitions could not be loaded: run sz-assets doctor to see what is wrong."
            )
        yield context


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


def _webserver(context: WorkspaceProcessContext) -> Starlette:
    """Dagster's pages. If they are only to be read, no mutation is even looked at.

    Dagster itself then refuses what needs a permission and greys its buttons; a few mutations of
    small things need none.
    """
    from dagster_webserver.webserver import DagsterWebserver
    from graphql import ASTValidationRule, GraphQLError, OperationDefinitionNode, OperationType

    class NoMutation(ASTValidationRule):
        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
            if node.operation is OperationType.MUTATION:
                self.report_error(GraphQLError("This server only shows; it changes nothing.", node))

    class Webserver(DagsterWebserver[Any, Any]):
        def build_graphql_validation_rules(self) -> Collection[type[ASTValidationRule]]:
            rules = super().build_graphql_validation_rules()
            return [*rules, NoMutation] if context.read_only else rules

    return Webserver(context).create_asgi_app()


def _serve(
    app: Starlette,
    home: Home,
    hosts: OwnHosts,
    listening: socket.socket,
    on_ready: Callable[[str], None],
) -> None:
    import uvicorn
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    beside = {"/charts": home.charts, "/published": home.published}
    for path, folder in beside.items():
        folder.mkdir(parents=True, exist_ok=True)
        # Before the webserver's own catch-all route; `current` is a symbolic link.
        files = StaticFiles(directory=folder, html=True, follow_symlink=True)
        app.router.routes.insert(0, Mount(path, files))
    gate = Gate(app, hosts, tuple(beside))

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            on_ready(f"http://{ADDRESS}:{listening.getsockname()[1]}")

    config = uvicorn.Config(
        gate,
        log_level="warning",
        # An open page keeps its websocket: don't wait for it to leave.
        timeout_graceful_shutdown=2,
        # What X-Forwarded-… says would be believed of everybody on this machine.
        proxy_headers=False,
    )
    Server(config).run(sockets=[listening])
