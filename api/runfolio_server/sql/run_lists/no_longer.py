"""Statements whose rows end where they become too long for whoever asked: for rows that have no key of their own."""

from __future__ import annotations

from collections.abc import Sequence


def no_longer(sql: str, names: Sequence[str], columns: str, size: str, in_order: str, number: int) -> str:
    """Columns made of the rows `g` of a statement, in order, up to the row with which they have too many bytes.

    `names` are the statement's columns, and `size` is the expression of a row's bytes; the parameter of this number
    says how many all may have. The limit of the statement is inside, so that only as many rows are measured.
    """
    of_limited, of_measured = (", ".join(f"{table}.{name}" for name in names) for table in ("limited", "measured"))
    return (
        f"SELECT {columns}\nFROM (\n  SELECT {of_measured}, measured.size, sum(measured.size) OVER listed AS total,\n"
        f"    row_number() OVER listed AS place\n"
        f"  FROM (\n    SELECT {of_limited}, {size} AS size\n    FROM (\n{sql}\n) AS limited\n  ) AS measured\n"
        f"  WINDOW listed AS (ORDER BY {in_order} ROWS UNBOUNDED PRECEDING)\n) AS g\n"
        f"WHERE g.total - g.size <= ${number:d}::bigint\nORDER BY g.place"
    )
