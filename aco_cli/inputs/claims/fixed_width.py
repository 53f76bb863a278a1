"""Records of fixed width, cut by Arrow, which takes a fifth of the time that SQL does."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from aco_cli.inputs.claims.sources import LINE, LINE_LENGTH, Slice

_BLOCK = 1 << 22  # bytes
_READ = csv.ReadOptions(column_names=[LINE.name], block_size=_BLOCK)
_LINES = csv.ParseOptions(delimiter="\x01", quote_char=False)
_AS_THEY_ARE = csv.ConvertOptions(column_types={LINE.name: pa.binary()})


class FixedWidth:
    """The slices of the records of files, and their lengths, as a stream of Arrow that may be read again.

    Reading raises pyarrow.ArrowInvalid for text that is not UTF-8.
    """

    def __init__(self, files: Sequence[str], slices: Sequence[Slice]) -> None:
        self._files, self._slices = files, slices
        types = [(each.name, pa.binary() if each.has_blanks else pa.string()) for each in slices]
        self._schema = pa.schema([(LINE_LENGTH.name, pa.int32()), *types])

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """A stream from the first record on, as the Arrow PyCapsule interface has it."""
        return pa.RecordBatchReader.from_batches(self._schema, self._batches()).__arrow_c_stream__(requested_schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        for file in self._files:
            with pa.input_stream(file, compression="detect") as stream:
                for lines in _lines(stream):
                    yield pa.record_batch(self._cut(lines.column(0).cast(pa.string())), schema=self._schema)

    def _cut(self, lines: pa.StringArray) -> list[pa.Array]:
        """By characters; these are bytes where nothing is beyond ASCII, and faster."""
        is_ascii = pc.all(pc.string_is_ascii(lines)).as_py()
        text = lines.cast(pa.binary()) if is_ascii else lines
        cut, length = (pc.binary_slice, pc.binary_length) if is_ascii else (pc.utf8_slice_codeunits, pc.utf8_length)
        found = [length(text).cast(pa.int32())]
        for each in self._slices:
            part = cut(text, each.start - 1, each.start - 1 + each.width)
            found.append(part.cast(pa.binary()) if each.has_blanks else pc.utf8_trim(part.cast(pa.string()), " "))
        return found


def _lines(stream: pa.NativeFile) -> Iterator[pa.RecordBatch]:
    try:
        reader = csv.open_csv(stream, read_options=_READ, parse_options=_LINES, convert_options=_AS_THEY_ARE)
    except pa.ArrowInvalid as error:
        if "Empty CSV file" not in str(error):
            raise
        return
    yield from reader
