"""History as columns, of one run or many, for pandas, Polars and Arrow. Made by _async/history_tables.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runfolio._core.arrow_stream import ArrowStream
from runfolio._core.html import list_table
from runfolio.frames import table_arrow, table_pandas, table_polars

if TYPE_CHECKING:
    from pandas import DataFrame
    from polars import DataFrame as PolarsFrame
    from pyarrow import Table

SHOWN_COLUMNS = 10


class HistoryTable:
    """Rows of histories: `_step`, a column for each key, and where it is of many runs `run_id` before them.

    Holds what the server sent, packed; each `to_…` makes a table of it anew. What takes Arrow's PyCapsule interface
    takes it as it is: `polars.DataFrame(table)`, `pyarrow.table(table)`. `len()` counts the rows.
    """

    def __init__(self, stream: ArrowStream) -> None:
        self._stream = stream

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in their order."""
        return [column.name for column in self._stream.columns]

    def to_pandas(self) -> DataFrame:
        """As a pandas DataFrame; what is missing is NaN or None, and JSON text is parsed.

        Whole numbers with gaps are float64, or Int64 where that is not exact; booleans with gaps are `boolean`. Raises
        MissingExtraError when pandas or pyarrow is not installed.
        """
        return table_pandas(self._stream)

    def to_polars(self) -> PolarsFrame:
        """As a Polars DataFrame; what is missing is null, NaN stays NaN, and what is of several types is JSON text.

        Raises MissingExtraError when Polars is not installed; it needs no pyarrow.
        """
        return table_polars(self._stream)

    def to_arrow(self) -> Table:
        """As an Arrow table; types as in Polars, but that `run_id` is a dictionary of text.

        Columns of JSON text have the metadata `runfolio.json`. Raises MissingExtraError when pyarrow is not installed.
        """
        return table_arrow(self._stream)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        found: object = self.to_arrow().__arrow_c_stream__(requested_schema)
        return found

    def __len__(self) -> int:
        return self._stream.row_count

    def __repr__(self) -> str:
        names = self.columns
        more = f", and {len(names) - SHOWN_COLUMNS} more" if len(names) > SHOWN_COLUMNS else ""
        return f"<HistoryTable of {len(self)} rows: {', '.join(names[:SHOWN_COLUMNS])}{more}>"

    def _repr_html_(self) -> str:
        rows = [(column.name, column.type) for column in self._stream.columns]
        return list_table(f"HistoryTable of {len(self)} rows", ("column", "type"), rows)
