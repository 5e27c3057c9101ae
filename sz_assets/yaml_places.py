"""Reading a YAML file that a person wrote: every complaint names the file, the line and the field.

Here: the safe reading of one file into Python values and, through msgspec, into Structs. Not here:
what a study's files mean (`study`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
import yaml
from msgspec.inspect import (
    ListType,
    LiteralType,
    Metadata,
    StructType,
    Type,
    UnionType,
    VarTupleType,
    type_info,
)

from sz_assets.errors import UserError

T = TypeVar("T")
Step = str | int
Field = tuple[Step, ...]
"""Where a value stands: keys of mappings and positions in lists, from the top of the file."""

_WORDS = {
    "array": "a list",
    "bool": "true or false",
    "float": "a number",
    "int": "a whole number",
    "null": "nothing",
    "object": "a mapping of fields",
    "str": "a text",
}

MAXIMUM_BYTES = 1024 * 1024
MAXIMUM_DEPTH = 30


class _Loader(yaml.CSafeLoader):
    """The safe loader, but dates stay text: msgspec reads them where a date is expected."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the name and type are PyYAML's
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


class Document:
    """One YAML file: its values and the line of each."""

    def __init__(self, path: Path) -> None:
        """Read the file; UserError if it is missing, too large, not UTF-8, not YAML, or uses
        what a study does not need (aliases, tags, a key twice, deep nesting).
        """
        self.path = path
        self._node: yaml.Node | None = None
        text = self._text()
        loader = _Loader(text)
        try:
            self._refuse_extras(text)
            self._node = loader.get_single_node()
            if self._node is None:
                raise self.wrong((), "the file is empty: write the study's fields into it")
            self._refuse_repeated_keys(self._node, ())
            self._values: object = loader.construct_document(self._node)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            problem = error.problem or error.context
            raise self._not_yaml(mark.line + 1 if mark else 1, problem) from None
        except yaml.reader.ReaderError as error:
            # libyaml counts bytes here, from the start of the file.
            line = text.encode()[: error.position].count(b"\n") + 1
            raise self._not_yaml(line, error.reason) from None
        except ValueError as error:
            # Such as 0x_, which looks like a number to YAML and not to Python.
            raise UserError(
                f"{path}: it holds a number that can't be read ({error}): put it in quotes."
            ) from None
        finally:
            loader.dispose()

    def _text(self) -> str:
        try:
            size = self.path.stat().st_size
            if size > MAXIMUM_BYTES:
                raise UserError(
                    f"{self.path} has {size:,} bytes, more than the {MAXIMUM_BYTES:,} that such a "
                    "file may have: shorten it."
                )
            return self.path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise UserError(
                f"{self.path}, line {line}: this is not UTF-8 text: save the file as UTF-8."
            ) from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UserError(f"{self.path} can't be read: {reason}.") from None

    def _not_yaml(self, line: int, problem: str | None) -> UserError:
        return self._at(line, f"this is not YAML ({problem}): mend the line")

    def _refuse_extras(self, text: str) -> None:
        # Before composing: the composer recurses in C and dies of deep nesting.
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent):
                raise self._at(line, "aliases (*name) are not allowed: write the value out")
            if getattr(event, "tag", None) is not None:
                raise self._at(line, "tags (!name) are not allowed: remove it")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAXIMUM_DEPTH:
                    raise self._at(
                        line, f"nested deeper than {MAXIMUM_DEPTH} levels: no study needs that"
                    )
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1

    def _refuse_repeated_keys(self, node: yaml.Node, field: Field) -> None:
        lines: dict[Step, int] = {}
        for step, key, value in _children(node):
            line = key.start_mark.line + 1
            if step in lines:
                raise self._at(
                    line,
                    f"this key stands in line {lines[step]} already: remove one",
                    (*field, step),
                )
            lines[step] = line
            self._refuse_repeated_keys(value, (*field, step))

    def wrong(self, field: Field, problem: str) -> UserError:
        """The error to raise about a field: file, line, field and problem in one sentence.

        The line is the field's, or that of its nearest parent in the file.
        """
        node, mark = self._node, None
        for wanted in field:
            for step, key, value in _children(node):
                if step == wanted:
                    node, mark = value, key.start_mark
                    break
            else:
                break
        if mark is None and node is not None:
            mark = node.start_mark
        return self._at(mark.line + 1 if mark else 1, problem, field)

    def _at(self, line: int, problem: str, field: Field = ()) -> UserError:
        where = f"{self.path}, line {line}" + (f", field {field_name(field)}" if field else "")
        # Names and values in the message come from the file: one line whatever they hold.
        return UserError(" ".join(f"{where}: {problem}.".split()))

    def read_as(self, kind: type[T]) -> T:
        """The file's values as a Struct of this kind; UserError names what does not fit."""
        try:
            return msgspec.convert(self._values, kind)
        except msgspec.ValidationError as error:
            raise self._translate(str(error), kind) from None

    def _translate(self, message: str, kind: type) -> UserError:
        """A msgspec message as a problem of one field, with what is allowed there."""
        problem, _, path = message.partition(" - at `")
        field = _parse_path(path.removesuffix("`"))
        if found := re.fullmatch(r"Object missing required field `(.+)`", problem):
            return self.wrong((*field, found[1]), "this required field is missing: add it")
        allowed = ", ".join(_allowed(kind, field))
        if found := re.fullmatch(r"Object contains unknown field `(.+)`", problem, re.DOTALL):
            return self.wrong(
                (*field, found[1]), f"there is no such field: use one of {allowed}, or remove it"
            )
        if problem.startswith("Invalid") and allowed:
            return self.wrong(field, f"this is none of the words allowed here: {allowed}")
        if problem.startswith("Expected `str") and re.search("got `(int|float|bool)`", problem):
            return self.wrong(field, "a text is expected and this is none: put it in quotes")
        if problem.startswith("Expected `str") and problem.endswith("of length >= 1"):
            return self.wrong(field, "this is empty: fill it in")
        if "RFC3339" in problem:
            return self.wrong(field, "this is not a date: write it as YYYY-MM-DD")
        words = re.sub("`(\\w+)`", lambda found: _WORDS.get(found[1], found[0]), problem)
        return self.wrong(field, f"{words[:1].lower()}{words[1:]}: correct it")


def _allowed(kind: type, field: Field) -> list[str]:
    """Field names or words that the kind allows at the field; empty if that is not a choice."""
    types = [type_info(kind)]
    for step in field:
        below: list[Type] = []
        for found in _members(types):
            if isinstance(found, VarTupleType | ListType):
                below.append(found.item_type)
            elif isinstance(found, StructType):
                if step == found.tag_field:
                    below.append(LiteralType((found.tag,)))
                below += [f.type for f in found.fields if f.encode_name == step]
        types = below
    names: dict[str, None] = {}
    for found in _members(types):
        if isinstance(found, StructType):
            tag = [found.tag_field] if found.tag_field else []
            names |= dict.fromkeys([*tag, *(f.encode_name for f in found.fields)])
        elif isinstance(found, LiteralType):
            names |= dict.fromkeys(str(value) for value in found.values)
    return list(names)


def _members(types: list[Type]) -> Iterator[Type]:
    for found in types:
        if isinstance(found, UnionType):
            yield from _members(list(found.types))
        elif isinstance(found, Metadata):
            yield from _members([found.type])
        else:
            yield found


def field_name(field: Field) -> str:
    """The field as people write it, such as `accounts[0].name`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in field)
    return text.removeprefix(".")


def _children(node: yaml.Node | None) -> Iterator[tuple[Step, yaml.Node, yaml.Node]]:
    """The steps below a node, each with the node that shows its line and the one of its value."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), key, value
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield index, value, value


def _parse_path(path: str) -> Field:
    steps = re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", path)
    return tuple(name if name else int(index) for name, index in steps)
