"""From a file to its sheets as read: the one place where bytes become columns."""

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.raw import Sheet
from aco_cli.inputs.source import FileKind, FrameFile, SheetFile, read_source
from aco_cli.inputs.text import text_sheet


def open_sheets(file: str) -> list[Sheet]:
    """Open a file of any readable kind: the sheets of a workbook that are shown, or the one named; else one sheet.

    Raises InputError when the file is no table at all.
    """
    if isinstance(file, FrameFile):
        from aco_cli.inputs.typed import frame_sheet  # slow to import, seldom needed

        return [frame_sheet(file)]
    source = read_source(file)
    wanted = file.sheet if isinstance(file, SheetFile) else ""
    if source.kind is FileKind.WORKBOOK:
        from aco_cli.inputs.workbook import workbook_sheets

        return workbook_sheets(source, wanted)
    if wanted:
        raise InputError([Problem(source.file, f"a workbook with a sheet {wanted!r}", f"{source.kind}: no sheets")])
    if source.kind is FileKind.TEXT:
        return [text_sheet(source)]
    if source.kind is FileKind.JSON:
        from aco_cli.inputs.json_rows import json_sheet

        return [json_sheet(source)]
    from aco_cli.inputs.typed import parquet_sheet

    return [parquet_sheet(source)]
