"""From a file to a table as read: the one place where bytes become columns."""

from aco_cli.inputs.raw import Sheet
from aco_cli.inputs.source import FileKind, FrameFile, read_source
from aco_cli.inputs.text import text_sheet


def open_sheet(file: str) -> Sheet:
    """Open a file of any readable kind and read its header. Raises InputError when it is no table at all."""
    if isinstance(file, FrameFile):
        from aco_cli.inputs.typed import frame_sheet  # slow to import, seldom needed

        return frame_sheet(file)
    source = read_source(file)
    if source.kind is FileKind.TEXT:
        return text_sheet(source)
    from aco_cli.inputs.typed import parquet_sheet, workbook_sheet

    return workbook_sheet(source) if source.kind is FileKind.WORKBOOK else parquet_sheet(source)
