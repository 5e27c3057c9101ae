"""What makers of notes write, read from their modules' source, for the tests of `told`."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

MAKERS = (
    "coverage",
    "eligibility",
    "age",
    "trend",
    "changepoints",
    "events",
    "claims",
    "claim_tests",
    "statistics.description",
    "statistics.tails",
    "statistics.effects",
    "statistics.factors",
    "statistics.prevalence",
    "statistics.agreement",
    "statistics.agreement_resampling",
    "coding.claim_gate",
    "coding.evaluation",
    "coding.machine_evaluation",
    "coding.prevalence_table",
    "coding.reliability_table",
    "indexes.compute",
)
_WORDS = re.compile(r"[A-Za-z][a-z']+(?: [A-Za-z'-]+){2,}")


def written(module: str) -> list[str]:
    """Runs of three words or more in the module's strings; docstrings and errors are no notes."""
    found = importlib.import_module(f"sz_assets.core.{module}").__file__
    tree = ast.parse(Path(str(found)).read_text(encoding="utf-8"))
    left_out = {id(part) for node in ast.walk(tree) for part in _no_notes(node)}
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in left_out
    ]
    return [run.group(0) for text in texts for run in _WORDS.finditer(text)]


def _no_notes(node: ast.AST) -> list[ast.AST]:
    """Parts of the source whose strings nobody sees in a table."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return [node.value]
    return list(ast.walk(node)) if isinstance(node, ast.Raise) else []
