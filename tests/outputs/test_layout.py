from __future__ import annotations

from aco_cli.outputs.arrange import Field, fitting
from aco_cli.outputs.columns import OutputColumn, Unit


def field(name: str, cell: str, priority: int) -> Field:
    return Field(OutputColumn(name, Unit.TEXT, name, priority), [cell], "")


def names(fields: list[Field], width: int) -> list[str]:
    return [each.column.name for each in fitting(fields, width)]


FIELDS = [field("id", "A1", 0), field("long", "x" * 20, 1), field("owed", "0", 2), field("track", "enhanced", 3)]


def test_columns_that_say_nothing_do_not_fill_gaps() -> None:
    assert names(FIELDS, 16) == ["id", "track"]


def test_columns_that_say_nothing_are_shown_where_there_is_room_for_all() -> None:
    assert names(FIELDS, 60) == ["id", "long", "owed", "track"]


def test_the_most_important_columns_are_kept_first() -> None:
    assert names(FIELDS, 24) == ["id", "long"]
