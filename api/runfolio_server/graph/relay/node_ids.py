"""Node ids: opaque to clients, base64 of a type and a uuid or integer, never anything that a user chose."""

from __future__ import annotations

import base64
import binascii
from uuid import UUID, uuid5

import strawberry

from runfolio_server.errors import AppError

_KEY_DIGITS = 18
# Fewer than PostgreSQL's bigint has.


def encode_node_id(type_name: str, key: int | UUID) -> strawberry.ID:
    """The id of an object of this type. Its base64 has no slash: the text is letters, digits, `:` and `-`."""
    return strawberry.ID(binascii.b2a_base64(f"{type_name}:{key}".encode(), newline=False).decode())


def encode_member_id(type_name: str, owner: UUID, key: UUID) -> strawberry.ID:
    """The id of an object of this type that is found by its owner, such as a file by its run."""
    return strawberry.ID(binascii.b2a_base64(f"{type_name}:{owner}:{key}".encode(), newline=False).decode())


def derived_node_id(type_name: str, owner: int, text: str) -> strawberry.ID:
    """The id of something that has no key but this text at its owner, such as a file of an artifact."""
    return encode_node_id(type_name, uuid5(UUID(int=owner), text))


def decode_node_id(node_id: str) -> tuple[str, str]:
    """The type and the key's text. Raises AppError for anything that is not a node id."""
    try:
        text = base64.b64decode(node_id, validate=True).decode("ascii")
    except (ValueError, binascii.Error):
        text = ""
    type_name, found, key = text.partition(":")
    if not found:
        raise AppError(f"id {node_id[:100]!r} is not a node id; take one from the `id` field of an object", path="id")
    return type_name, key


def decode_uuid(type_name: str, node_id: str) -> UUID:
    """The uuid of a node of this type. Raises AppError for an id of another type or none at all."""
    return _uuids(type_name, node_id, 1)[0]


def decode_member(type_name: str, node_id: str) -> tuple[UUID, UUID]:
    """The uuids of the owner and of the node. Raises AppError as decode_uuid does."""
    owner, key = _uuids(type_name, node_id, 2)
    return owner, key


def _uuids(type_name: str, node_id: str, count: int) -> list[UUID]:
    found, key = decode_node_id(node_id)
    parts = key.split(":")
    try:
        if found == type_name and len(parts) == count:
            return [UUID(part) for part in parts]
    except ValueError:
        pass
    raise AppError(f"id {node_id[:100]!r} is not the id of {_article(type_name)} {type_name}", path="id")


def decode_number(type_name: str, node_id: str, path: str = "id") -> int:
    """The number of a node of this type. Raises AppError for an id of another type or none at all."""
    found, key = decode_node_id(node_id)
    if found == type_name and key.isascii() and key.isdigit() and len(key) <= _KEY_DIGITS:
        return int(key)
    raise AppError(f"{path} {node_id[:100]!r} is not the id of {_article(type_name)} {type_name}", path=path)


def _article(type_name: str) -> str:
    """As it is spoken: an Artifact, a Run, a User."""
    return "an" if type_name[0] in "AEIO" else "a"
