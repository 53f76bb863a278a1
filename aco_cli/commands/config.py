"""`aco config`: the settings that are in force."""

from typing import Any

from aco_cli.commands import options as o
from aco_cli.commands.call import Call, command
from aco_cli.outputs.formats import Format


@o.group
class Settable(o.Strict):
    """Every option that `aco.toml` and the environment may set."""

    layout: o.LayoutOption = o.LayoutChoice.AUTO
    rules: o.RulesOption = None
    format: o.FormatOption = Format.AUTO
    exact: o.ExactOption = False
    excel: o.ExcelOption = False
    excel_safe: o.ExcelSafeOption = False


@command
def show(settings: Settable, call: Call, output: o.OutputOption = None) -> None:
    """Show effective settings and their sources.

    From weak to strong: the default; the user's aco.toml (in ~/.config/aco, on Windows in %APPDATA%\\aco); aco.toml in
    the current folder ([tool.aco] of pyproject.toml where there is none); environment variables such as ACO_FORMAT;
    flags. With `aco --config FILE`, or ACO_CONFIG, only that file is read.

    \b
    aco config show
    ACO_FORMAT=json aco config show --strict
    aco --config nightly.toml config show
    """
    import pandas as pd

    from aco_cli.commands.session import Session
    from aco_cli.commands.settings import SETTINGS, read_settings
    from aco_cli.outputs.columns import column_names

    read = read_settings()
    values, origins = {**read.values, **vars(settings)}, read.origins
    rows = [
        (name, _shown(values.get(name)), "flag" if name in call.flags else origins.get(name, "default"))
        for name in SETTINGS
    ]
    table = pd.DataFrame(rows, columns=column_names("config show"), dtype="str")
    Session(settings).write(table, "config show", o.Output(settings.format, output, excel_safe=settings.excel_safe))


def _shown(value: Any) -> str:
    """A value as `aco.toml` has it, nothing where there is none."""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, list) else value or ""
