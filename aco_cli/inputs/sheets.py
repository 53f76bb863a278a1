"""Opening a file of any readable kind."""

from __future__ import annotations

from aco_cli.inputs.raw import Sheet
from aco_cli.inputs.source import FrameFile, Kind, read_source
from aco_cli.inputs.text import TextSheet


def open_sheet(file: str) -> Sheet:
    """Open `file` and read its header. Raises InputError when it is no table at all."""
    if isinstance(file, FrameFile):
        from aco_cli.inputs.parquet import TypedSheet, table_of

        return TypedSheet(file, table_of(file))
    source = read_source(file)
    if source.kind is Kind.PARQUET:
        from aco_cli.inputs.parquet import TypedSheet, read_parquet  # slow to import, seldom needed

        return TypedSheet(source.file, read_parquet(source))
    if source.kind is Kind.WORKBOOK:
        from aco_cli.inputs.workbook import WorkbookSheet  # slow to import, seldom needed

        return WorkbookSheet(source)
    return TextSheet(source)
