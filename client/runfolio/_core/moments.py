"""Points in time: always aware, always UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def utc(moment: datetime) -> datetime:
    """The moment in UTC; one without a zone is taken for UTC, as the server means it."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def utc_or_none(moment: datetime | None) -> datetime | None:
    """As `utc`; None stays None."""
    return None if moment is None else utc(moment)


def parse_utc(text: str | None) -> datetime | None:
    """The moment of an ISO 8601 text; None when there is none that is readable."""
    try:
        return None if not text else utc(datetime.fromisoformat(text))
    except ValueError:
        return None
