"""`aco whatif --vary` as a chart."""

from pathlib import Path
from typing import TYPE_CHECKING

from aco_cli.commands.options import TableOutput
from aco_cli.errors import UsageError
from aco_cli.outputs.formats import Format

if TYPE_CHECKING:
    import pandas as pd

    from aco_cli.commands.session import Session

IMAGES = (".svg", ".png")


def is_image(output: TableOutput) -> bool:
    """Whether the output is a chart."""
    return output.format is Format.AUTO and Path(output.output or "").suffix.lower() in IMAGES


def draw(session: "Session", output: TableOutput, table: "pd.DataFrame", vary: str) -> None:
    """Draw the settlements over the steps of a column into a file. Raises UsageError where a library is missing."""
    try:
        from aco_cli.outputs.charts.draw import image
        from aco_cli.outputs.charts.steps import steps
    except ImportError as error:
        raise UsageError(f"a chart needs {error.name}: pip install 'aco-cli[report]'") from None
    from aco_cli.outputs.write import write_output

    file = str(output.output)
    column = vary.partition("=")[0].strip()
    names = table["source_file"].astype("str").unique() if "source_file" in table else ()
    source = ", ".join(Path(name).name for name in names)
    data = image(steps(table, column, source), file, f"Settlement by {column}")
    write_output(data, file)
    session.made(file, data, len(table))
    session.step("wrote", f"wrote {file}", file=file)
