"""The small language of formulas: + - * / **, ln, min, max, numbers and names.

Here: checking and evaluating one formula. Nothing of Python is ever executed: the text is parsed
and only what is listed here is computed. Not here: what the names mean (`catalogue`, `inputs`).
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

MAXIMUM_LENGTH = 2_000
MAXIMUM_PARTS = 500
MAXIMUM_EXPONENT = 4.0

_OPERATORS: dict[type[ast.operator], Callable[[Values, Values], Values]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
_FUNCTIONS: dict[str, tuple[int, Callable[[list[Values]], Values]]] = {
    "ln": (1, lambda values: np.log(values[0])),
    "min": (2, lambda values: reduce(np.minimum, values)),
    "max": (2, lambda values: reduce(np.maximum, values)),
}


class FormulaError(ValueError):
    """A formula can't be used. The message says what in it is wrong, without a full stop."""


class Formula:
    """A checked formula; `names` are the inputs and weights that it reads."""

    def __init__(self, text: str) -> None:
        """FormulaError if the text is anything but a formula of this language."""
        self.text = " ".join(text.split())
        if len(text) > MAXIMUM_LENGTH:
            raise FormulaError(f"it is longer than {MAXIMUM_LENGTH:,} characters")
        try:
            self._tree = ast.parse(self.text, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise FormulaError(f"{_short(self.text)} is not a formula") from None
        if sum(1 for _ in ast.walk(self._tree)) > MAXIMUM_PARTS:
            raise FormulaError(f"it has more than {MAXIMUM_PARTS} parts")
        names: set[str] = set()
        _check(self._tree, names, self.text)
        self.names = frozenset(names)

    def evaluate(self, values: Mapping[str, Values]) -> Values:
        """The formula's values, broadcast over arrays; what is not defined is NaN.

        Not defined are a missing input (NaN), a logarithm of nothing or less, a division by zero.
        KeyError if a name is not among the values.
        """
        with np.errstate(all="ignore"):
            result = np.asarray(_evaluate(self._tree, values), dtype=np.float64)
        return np.where(np.isfinite(result), result, np.nan)


def _check(node: ast.expr, names: set[str], text: str) -> None:
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            if not _is_finite(node):
                raise FormulaError("it holds a number that is too large")
        case ast.Name(id=name):
            if name in _FUNCTIONS:
                raise FormulaError(f"{name} is a function: write {name}(…)")
            names.add(name)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            _check(operand, names, text)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            if isinstance(operator, ast.Pow) and not _is_small(right):
                raise FormulaError(
                    f"an exponent must be a number from 0 to {MAXIMUM_EXPONENT:g}, which "
                    f"{_source(right, text)} is not"
                )
            _check(left, names, text)
            _check(right, names, text)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            least = _FUNCTIONS[name][0]
            if len(args) < least or (name == "ln" and len(args) != 1):
                raise FormulaError(f"{name} takes {'one value' if least == 1 else 'two or more'}")
            for argument in args:
                _check(argument, names, text)
        case _:
            raise FormulaError(
                f"{_source(node, text)} is not allowed: a formula has only numbers, names, "
                f"+ - * / **, {', '.join(_FUNCTIONS)} and brackets"
            )


def _is_finite(node: ast.Constant) -> bool:
    try:
        return math.isfinite(float(node.value))  # type: ignore[arg-type]
    except OverflowError:
        return False


def _is_small(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
        and node.value <= MAXIMUM_EXPONENT
    )


def _evaluate(node: ast.expr, values: Mapping[str, Values]) -> Values:
    match node:
        case ast.Constant(value=value):
            return np.float64(value)  # type: ignore[return-value, arg-type]
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(operand, values)
        case ast.UnaryOp(operand=operand):
            return _evaluate(operand, values)
        case ast.BinOp(left=left, op=operator, right=right):
            return _OPERATORS[type(operator)](_evaluate(left, values), _evaluate(right, values))
        case ast.Call(func=ast.Name(id=name), args=args):
            return _FUNCTIONS[name][1]([_evaluate(argument, values) for argument in args])
    raise AssertionError(f"{ast.dump(node)} passed the check")


def _source(node: ast.expr, text: str) -> str:
    return _short(ast.get_source_segment(text, node) or type(node).__name__)


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}…")
