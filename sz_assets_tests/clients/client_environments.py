"""The clients' own Python environments: where they are, and running a script of this folder there.

Not here: what the scripts do (the client_*.py files beside this one).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parents[1] / ".venv-clients"


def python_of(client: str) -> str:
    """The Python of a client's environment; `own` is the one that runs this."""
    if client == "own":
        return sys.executable
    if not (ENVIRONMENTS / client / "installed").is_file():
        raise AssertionError(
            f"The client {client} is not installed: make .venv-clients/{client}/installed."
        )
    return str(ENVIRONMENTS / client / "bin" / "python")


def command(client: str, script: str, *arguments: object) -> dict[str, Any]:
    """What `subprocess` needs to run a script there."""
    return {
        "args": [python_of(client), str(HERE / script), *map(str, arguments)],
        "env": {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "OMP_NUM_THREADS": "1"},
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "text": True,
    }


def answer_of(client: str, script: str, *arguments: object) -> Any:
    """The JSON that a script prints there; what it said if it failed."""
    done = subprocess.run(**command(client, script, *arguments), timeout=400)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
