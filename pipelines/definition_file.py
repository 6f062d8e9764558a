"""Reads a YAML file of definitions into a model, or says everything that is wrong with it.

A problem names the file, the line, the field and what is allowed; never the value, for a definition may quote
somebody. What a definition means belongs to whoever reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from pipelines.errors import DefinitionError

Model = TypeVar("Model", bound=BaseModel)
Place = Sequence[int | str]


class _Loader(yaml.CSafeLoader):
    """YAML in which `on` and `off` are words: YAML 1.1 would read the field of a change as `true`."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if first not in "oO"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong; `line` counts from 1, `field` is a dotted path, empty for the whole file."""

    path: Path
    line: int
    field: str
    what: str

    def __str__(self) -> str:
        """As a person reads it; editors open `file:line`."""
        return f"{self.path}:{self.line}: {self.field or '(whole file)'}: {self.what}"


class InvalidFileError(DefinitionError):
    """A file of definitions is not valid; nothing of it is used."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class DefinitionFile:
    """A file as written: its content, and on which line each part stands."""

    path: Path
    text: str
    content: dict[str, Any]
    _root: yaml.Node | None

    def line_of(self, place: Place) -> int:
        """The line on which a part begins; of one that is missing, that of what it is missing in."""
        if self._root is None:
            return 1
        node, line = self._root, self._root.start_mark.line + 1
        for step in place:
            key, found = _step(node, step)
            if found is None:
                return line
            node, line = found, (key or found).start_mark.line + 1
        return line

    def problem(self, place: Place, what: str) -> Problem:
        """A problem of a part."""
        return Problem(self.path, self.line_of(place), ".".join(map(str, place)), what)

    def read(self, model: type[Model], given: Mapping[str, Any] | None = None) -> Model:
        """The content as a model; `given` are fields that follow from elsewhere and may not be written.

        Raises:
            InvalidFileError: every problem of the file.
        """
        more = given or {}
        written = [self.problem([name], "follows from the files; remove it") for name in more
                   if name in self.content]  # fmt: skip
        try:
            found = model.model_validate({**self.content, **more})
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
            raise InvalidFileError([*written, *(self._say(dict(one), model) for one in details)]) from None
        if written:
            raise InvalidFileError(written)
        return found

    def _say(self, detail: dict[str, Any], model: type[BaseModel]) -> Problem:
        place = detail["loc"]
        if detail["type"] == "extra_forbidden":
            allowed = ", ".join(_fields_of(model, place[:-1]))
            return self.problem(place, f"there is no such field; allowed: {allowed}")
        if detail["type"] == "missing":
            return self.problem(place, "is missing")
        return self.problem(place, detail["msg"].removeprefix("Value error, "))


def open_definition(path: Path) -> DefinitionFile:
    """A file of definitions as written.

    Raises:
        InvalidFileError: it cannot be read, is not YAML, or is no mapping of fields to values.
    """
    try:
        text = path.read_text(encoding="utf-8")
        loader = _Loader(text)
        root = loader.get_single_node()
        content = None if root is None else loader.construct_document(root)
    except OSError as error:
        raise InvalidFileError([Problem(path, 1, "", f"cannot be read: {type(error).__name__}")]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InvalidFileError([Problem(path, line, "", "is no text in UTF-8; save it as UTF-8")]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = 1 if mark is None else mark.line + 1
        said = getattr(error, "problem", None) or "not YAML"
        raise InvalidFileError([Problem(path, line, "", f"is not YAML: {said}")]) from None
    if content is None:
        return DefinitionFile(path, text, {}, None)
    if root is None or not isinstance(content, dict):
        raise InvalidFileError([Problem(path, 1, "", "must be a mapping of fields to values")])
    repeated = [Problem(path, line, name, "is written twice") for name, line in _list_repeated(root)]
    if repeated:
        raise InvalidFileError(repeated)
    return DefinitionFile(path, text, content, root)


def _step(node: yaml.Node, step: int | str) -> tuple[yaml.Node | None, yaml.Node | None]:
    """The key and value below a node; (None, None) if there is none."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(step)), (None, None))
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return None, node.value[step]
    return None, None


def _list_repeated(root: yaml.Node) -> list[tuple[str, int]]:
    """Names that are written twice and their lines; what aliases repeat, even within itself, is read once."""
    found: list[tuple[str, int]] = []
    waiting, known = [(root, "")], {id(root)}
    while waiting:
        node, within = waiting.pop()
        parts: list[tuple[Any, yaml.Node]] = []
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if key.value in seen:
                    found.append((f"{within}{key.value}", key.start_mark.line + 1))
                seen.add(key.value)
                parts.append((key.value, value))
        elif isinstance(node, yaml.SequenceNode):
            parts = list(enumerate(node.value))
        for name, part in parts:
            if id(part) not in known:
                known.add(id(part))
                waiting.append((part, f"{within}{name}."))
    return sorted(found, key=lambda one: one[1])


def _fields_of(model: type[BaseModel], place: Place) -> list[str]:
    """The fields that may stand at a place; a step that names none is a number or a mapping's key."""
    inner: Any = model
    for step in place:
        found = _model_in(inner)
        if found is not None and str(step) in found.model_fields:
            inner = found.model_fields[str(step)].annotation
    last = _model_in(inner)
    return [] if last is None else list(last.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The first model within an annotation, such as that of a tuple or of a mapping's values."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_in(one)) is not None), None)
