"""YAML files as dataclasses: every value of the kind that its field says; what does not fit is told with file and line.

A dataclass that is read from YAML has `__pydantic_config__ = form()`. Pydantic is imported when a file is loaded.
"""

import reprlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml

from aco_cli.errors import RulesError

T = TypeVar("T")

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What pydantic expects, in words of YAML.
_EXPECTED = {"dataclass_type": "a mapping", "dict_type": "a mapping", "string_type": "text", "tuple_type": "a list"}


class Exactly:
    """Of a field: nothing else is taken for its type, no text for a number and no number for a condition."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return {**handler(source), "strict": True}


@dataclass(frozen=True)
class ReadBy:
    """Of a field: it is read by a function, whose ValueError says what was expected."""

    function: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: object) -> Any:
        from pydantic_core.core_schema import no_info_plain_validator_function

        return no_info_plain_validator_function(self.function)


Number = Annotated[float, Exactly()]
Whole = Annotated[int, Exactly()]
YesNo = Annotated[bool, Exactly()]


def form(**keys: str) -> dict[str, Any]:
    """How a dataclass is read: no other keys, no blank text. `keys` are those of fields that have another name."""
    strict = {"extra": "forbid", "str_min_length": 1, "str_strip_whitespace": True, "allow_inf_nan": False}
    return {**strict, "alias_generator": lambda name: keys.get(name, name)}


class _Loader(_SafeLoader):  # type: ignore[misc]
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        """A mapping whose keys are text, each given once."""
        keys = [key.value if key.tag == "tag:yaml.org,2002:str" else None for key, _ in node.value]
        for number, key in enumerate(keys):
            if key is None or key in keys[:number]:
                problem = "a key is not text" if key is None else f"key {key} is given more than once"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.value[number][0].start_mark)
        return super().construct_mapping(node, deep)


class _LocatingLoader(_Loader):
    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Tells the line of what is formed as a date or number and is none: 2014-13-01, or 5,000 digits."""
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise yaml.MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from None


def given_yaml(text: str) -> Any:
    """What YAML of any origin holds. Raises yaml.YAMLError with the line.

    Refused are aliases, which can grow without end, tags such as `!!int`, keys that are no text or there twice.
    """
    events: Iterable[Any] = yaml.parse(text, Loader=_SafeLoader) if "&" in text or "!" in text else ()
    for each in events:
        if isinstance(each, yaml.AliasEvent) or getattr(each, "tag", None):
            problem = f"{'aliases' if isinstance(each, yaml.AliasEvent) else 'tags'} are not allowed"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=each.start_mark)
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)
    except RecursionError:
        raise yaml.YAMLError("nested too deep") from None
    except ValueError:
        return yaml.load(text, Loader=_LocatingLoader)  # noqa: S506 (as above)


def read_yaml(path: Path) -> Any:
    """What a YAML file holds. Raises RulesError where it cannot be read."""
    try:
        return given_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RulesError(f"{path}: cannot be read as YAML: {' '.join(str(error).split())}") from error


def validated(path: Path, kind: type[T], content: Any, at: Sequence[int | str] = ()) -> T:
    """What a file holds at a place, as `kind`. Raises RulesError with every fault."""
    from pydantic import ValidationError

    try:
        found: T = _adapter(kind).validate_python(content)  # type: ignore[arg-type] # a type is hashable
        return found
    except ValidationError as error:
        faults = error.errors(include_url=False)
        placed = (((*at, *place), words) for place, words in map(_place_and_words, faults))
        raise RulesError("\n".join(told(path, *each) for each in placed)) from error
    except RecursionError:
        raise RulesError(f"{path}: nested too deep") from None


@cache
def _adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def _place_and_words(fault: Any) -> tuple[Sequence[int | str], str]:
    place, kind, context = fault["loc"], fault["type"], fault.get("ctx", {})
    if kind in ("missing", "string_too_short"):
        return place[:-1], f"missing {place[-1]}"
    if kind == "unexpected_keyword_argument":
        return place, "unknown key"
    plain = fault["msg"].removeprefix("Input should be ")
    expected = _EXPECTED.get(kind) or context.get("error") or context.get("expected") or plain
    return place, f"expected {expected}, found {reprlib.repr(fault['input'])}"


def told(path: Path, place: Sequence[int | str], words: str) -> str:
    """Words about a place in a file, e.g. `x.yaml: value 2: status, line 7: ...` of `("values", 1, "status")`.

    The line is that of the nearest place that is there; the file is read once more for it.
    """
    node: Any = yaml.compose(path.read_text(encoding="utf-8"), Loader=_SafeLoader)
    steps: list[str] = []
    for step in place:
        of = steps.pop().removesuffix("s") if steps and isinstance(step, int) else "entry"
        steps.append(step if isinstance(step, str) else f"{of} {step + 1}")
        if isinstance(node, yaml.CollectionNode):
            items = node.value if isinstance(node, yaml.MappingNode) else enumerate(node.value)
            node = {getattr(key, "value", key): item for key, item in items}.get(step, node)
    line = f"line {node.start_mark.line + 1 if node else 1}"
    return f"{path}: {', '.join(filter(None, [': '.join(steps), line]))}: {words}"
