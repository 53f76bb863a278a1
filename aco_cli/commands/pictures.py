"""Charts and pages in place of tables, where -o names one."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aco_cli.commands.options import Output
from aco_cli.errors import UsageError
from aco_cli.outputs.formats import IMAGES, Format

if TYPE_CHECKING:
    import pandas as pd

    from aco_cli.commands.session import Session

_OF_TABLES = ("columns", "sort", "limit", "exact", "excel", "excel_safe")


def picture(session: "Session", output: Output, kinds: Sequence[str] = IMAGES, more: Sequence[str] = ()) -> str:
    """The file of -o, if its extension is of these kinds and no format is asked for; else nothing.

    Raises UsageError for options that only tables have, of which `more` are the command's own, and where a library is
    missing.
    """
    file = output.output or ""
    if output.format is not Format.AUTO or Path(file).suffix.lower() not in kinds:
        return ""
    session.refuse((*_OF_TABLES, *more), f"to -o {file}")
    need_libraries()
    return file


def save(session: "Session", file: str, data: bytes, rows: int) -> None:
    """Write a picture of so many rows, and say so to logs and manifests."""
    from aco_cli.outputs.write import write_output

    write_output(data, file)
    session.made(file, data, rows)
    session.step("wrote", f"wrote {file}", rows=rows, file=file)


def source_of(table: "pd.DataFrame") -> str:
    """The names of the files that the rows come from."""
    from aco_cli.inputs.source import names_of

    return names_of(table["source_file"].astype("str").unique() if "source_file" in table else ())


def need_libraries() -> None:
    """Raise UsageError where a library that draws is missing."""
    try:
        import altair  # noqa: F401
        import jinja2  # noqa: F401
        import vl_convert  # noqa: F401
    except ImportError as error:
        raise UsageError(f"a chart or page needs {error.name}: pip install 'aco-cli[report]'") from None
