"""A value of an artifact's metadata, for filters and orders of artifacts."""

from __future__ import annotations

from runfolio._core.filters import DocumentField


class Metadata(DocumentField):
    """A value of the metadata of artifacts: `Metadata("accuracy") > 0.9`; dots mean what they mean for Config.

    >>> (Metadata("accuracy") > 0.9).to_json()
    '{"metadata.accuracy":{"$gt":0.9}}'
    """

    __slots__ = ()
    _document = "metadata"
