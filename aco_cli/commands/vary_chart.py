"""`aco whatif --vary` as a chart."""

from typing import TYPE_CHECKING

from aco_cli.commands.pictures import save, source_of

if TYPE_CHECKING:
    import pandas as pd

    from aco_cli.commands.session import Session


def draw(session: "Session", file: str, table: "pd.DataFrame", vary: str) -> None:
    """Draw the settlements over the steps of a column into a file."""
    from aco_cli.outputs.charts.draw import image
    from aco_cli.outputs.charts.steps import steps

    column = vary.partition("=")[0].strip()
    data = image(steps(table, column, source_of(table)), file, f"Settlement by {column}")
    save(session, file, data, len(table))
