"""The columns of `config show`."""

from __future__ import annotations

from typing import Any

from aco_cli.outputs.columns import OutputColumn, Unit

SETTING_COLUMNS = (
    OutputColumn("setting", Unit.TEXT, "Setting", 0),
    OutputColumn("value", Unit.TEXT, "Value", 1),
    OutputColumn("from", Unit.TEXT, "From", 2),
)


def shown(value: Any) -> str:
    """A value as `aco.toml` has it, nothing where there is none."""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, list) else value or ""
