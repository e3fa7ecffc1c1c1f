"""What users tell of an artifact as JSON: bounded, kept as it was sent, and mapped for filters."""

from __future__ import annotations

from typing import Final

from runfolio_server.domain import json_text
from runfolio_server.domain.json_size import check_value_count
from runfolio_server.errors import AppError, TooLarge

# As clients bound it themselves.
METADATA_KEYS_MAX: Final = 100
# It is read with each row of a list, and parsed for filters.
METADATA_MAX_BYTES: Final = 1024 * 1024
METADATA_MAX_VALUES: Final = 50_000


def check_metadata(text: str, path: str) -> tuple[str, str]:
    """The text as it is kept, and what of it PostgreSQL's jsonb holds, as JSON.

    Raises AppError when it is no JSON object or has too many keys, TooLarge when it is too long.
    """
    raw = json_text.escape_surrogates(text).encode()
    if len(raw) > METADATA_MAX_BYTES:
        raise TooLarge(f"{path} has {len(raw)} bytes; allowed: {METADATA_MAX_BYTES}", path=path)
    check_value_count(raw, METADATA_MAX_VALUES, path, path=path)
    try:
        parsed = json_text.parse(raw)
    except ValueError as error:
        raise AppError(f"{path} is not valid JSON: {error}", path=path) from error
    if not isinstance(parsed, dict):
        raise AppError(f"{path} must be a JSON object, not {type(parsed).__name__}", path=path)
    if len(parsed) > METADATA_KEYS_MAX:
        raise AppError(f"{path} has {len(parsed)} keys; allowed: {METADATA_KEYS_MAX}", path=path)
    if json_text.to_strict_value(parsed) != parsed:
        # Readers that take strict JSON could not read the version, and no list that has it.
        raise AppError(f"{path} has NaN or an infinite number; allowed: finite numbers, and null", path=path)
    return raw.decode(), json_text.to_jsonb(parsed)
