"""`aco whatif --vary` as a chart."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from aco_cli.commands.session import Session


def draw(session: "Session", file: str, table: "pd.DataFrame", vary: str) -> None:
    """Draw the settlements over the steps of a column into a file."""
    from aco_cli.outputs.charts.draw import image
    from aco_cli.outputs.charts.steps import steps
    from aco_cli.outputs.write import write_output

    column = vary.partition("=")[0].strip()
    names = table["source_file"].astype("str").unique() if "source_file" in table else ()
    source = ", ".join(Path(name).name for name in names)
    data = image(steps(table, column, source), file, f"Settlement by {column}")
    write_output(data, file)
    session.made(file, data, len(table))
    session.step("wrote", f"wrote {file}", file=file)
