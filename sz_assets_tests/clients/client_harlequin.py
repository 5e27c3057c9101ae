"""Types into harlequin on a terminal of its own, and prints what the screen showed, as JSON.

Run by harlequin's environment: python client_harlequin.py DATABASE QUERY ANSWER FOLDER. The folder
is for harlequin's own files. Not here: what the screens must show (test_harlequin.py).
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyte

LINES, COLUMNS = 45, 150
RUN_QUERY, QUIT = b"\x0a", b"\x11"  # Ctrl+J and Ctrl+Q
CATALOGUE, OPEN, DOWN = b"\x1b[17~", b" ", b"\x1b[B"  # F6, space, arrow
EDITOR = b"\x1bOQ"  # F2
LONGEST_WAIT = 40.0
# On a busy machine it can lose keys while it draws; then the whole session is tried again.
SESSIONS = 3
# Harlequin draws its catalogue twice, and forgets in between what was opened and where keys go.
STILL = 1.5


class Terminal:
    """A program on a pseudo-terminal, and the text that its screen shows."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self.screen)
        self.exit_code: int | None = None
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, environment)
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))

    def text(self) -> str:
        return "\n".join(self.screen.display)

    def read(self, seconds: float) -> None:
        """Take in what the program writes within that time."""
        ready, _, _ = select.select([self._file], [], [], seconds)
        if not ready:
            return
        try:
            written = os.read(self._file, 65536)
        except OSError:  # Linux says so where the program has closed the terminal.
            written = b""
        if not written:
            _, status = os.waitpid(self.pid, 0)
            self.exit_code = os.waitstatus_to_exitcode(status)
            return
        # pyte doesn't know these private sequences and would show their ends as text.
        self._stream.feed(re.sub(rb"\x1b\[[<>=?][0-9;]*[a-zA-Z$]*[upt]", b"", written))

    def type(self, keys: bytes) -> None:
        os.write(self._file, keys)

    def wait_for(self, condition: Callable[[], bool], what: str) -> str:
        """The screen once the condition holds and nothing moves; TimeoutError shows it if never."""
        end = time.monotonic() + LONGEST_WAIT
        text, since = self.text(), time.monotonic()
        while not condition() or time.monotonic() < since + STILL:
            if time.monotonic() > end or self.exit_code is not None:
                raise TimeoutError(f"{what} was not seen; the screen:\n{self.text()}")
            self.read(0.2)
            if self.text() != text:
                text, since = self.text(), time.monotonic()
        return text

    def kill(self) -> None:
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


def session(database: str, query: str, answer: str, folder: str) -> dict[str, object]:
    """What one session showed; TimeoutError if something never came."""
    environment = {
        "HOME": folder,
        "XDG_CONFIG_HOME": folder,
        "XDG_CACHE_HOME": folder,
        "XDG_DATA_HOME": folder,
        "PATH": os.environ["PATH"],
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
    }
    program = str(Path(sys.executable).with_name("harlequin"))
    terminal = Terminal([program, "--read-only", database], environment)
    try:
        terminal.wait_for(lambda: "warehouse db" in terminal.text(), "The database")
        terminal.type(CATALOGUE)
        terminal.wait_for(lambda: "Insert" in terminal.text(), "The catalogue's keys")
        terminal.type(OPEN)
        terminal.wait_for(lambda: "main sch" in terminal.text(), "The schema")
        terminal.type(DOWN + OPEN)
        seen = terminal.wait_for(lambda: "fct_video_month" in terminal.text(), "The tables")
        terminal.type(EDITOR)
        # Keys typed before the editor has the focus would go to the catalogue.
        terminal.wait_for(lambda: "Format Query" in terminal.text(), "The editor's keys")
        # The semicolon ends harlequin's suggestions, of which Ctrl+J would take one.
        terminal.type(f"{query};".encode())
        terminal.wait_for(lambda: f"{query};" in terminal.text(), "The query that was typed")
        terminal.type(RUN_QUERY)
        result = terminal.wait_for(lambda: answer in terminal.text(), f"The answer {answer}")
        terminal.type(QUIT)
        end = time.monotonic() + LONGEST_WAIT
        while terminal.exit_code is None and time.monotonic() < end:
            terminal.read(0.2)
        return {"catalogue": seen, "result": result, "exit_code": terminal.exit_code}
    finally:
        terminal.kill()


def main(*arguments: str) -> None:
    for left in reversed(range(SESSIONS)):
        try:
            print(json.dumps(session(*arguments)))
            return
        except TimeoutError:
            if not left:
                raise


if __name__ == "__main__":
    main(*sys.argv[1:])
