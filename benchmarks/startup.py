"""How long each command takes that does little: most of it is importing."""

from __future__ import annotations

from benchmarks.figures import Found, Table, Target, Value
from benchmarks.homes import one_month
from benchmarks.processes import Cost, middle, python, sz_assets

COMMANDS = (
    ("--help",),
    ("doctor",),
    ("coding", "status"),
    ("releases", "list"),
    ("verify",),
)


def measure_startup(repeats: int) -> Found:
    """Each command in a home of one month, taking turns with bare Python and `import dagster`."""
    home, _ = one_month()
    nothing: list[Cost] = []
    dagster: list[Cost] = []
    costs: dict[str, list[Cost]] = {" ".join(words): [] for words in COMMANDS}
    for _ in range(repeats):
        nothing.append(python("-c", "pass"))
        dagster.append(python("-c", "import dagster"))
        for words in COMMANDS:
            costs[" ".join(words)].append(sz_assets(home, *words))
    bare, library = middle(nothing), middle(dagster)
    found = {
        "python -c pass": bare,
        "python -c 'import dagster'": library,
        **{f"sz-assets {name}": middle(runs) for name, runs in costs.items()},
    }
    rows: list[tuple[Value, ...]] = [
        (
            name,
            cost.seconds,
            cost.cpu_seconds,
            cost.peak_mb,
            cost.cpu_seconds / bare.cpu_seconds,
            cost.seconds / library.seconds,
        )
        for name, cost in found.items()
    ]
    columns = ("command", "seconds", "CPU s", "peak MB", "CPU: ratio to python -c pass",
               "ratio to import dagster")  # fmt: skip
    return Found(
        tables=(Table("Start-up", columns, tuple(rows)),),
        targets=(
            Target("sz-assets --help", found["sz-assets --help"].seconds, 0.3, "s"),
            Target("sz-assets doctor", found["sz-assets doctor"].seconds, 2.0, "s"),
        ),
    )
