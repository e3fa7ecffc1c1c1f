"""What filters and orders of artifacts may name, and the SQL of each for the table alias `r` of artifact_lists.

There `r` is the place of a version in its collection, with what there is to say of version, collection and type.
"""

from __future__ import annotations

from typing import Final

from runfolio_server.domain.run_id import run_id_of
from runfolio_server.filters.language.field_table import FieldTable, UniqueKey
from runfolio_server.filters.language.fields import Column, DerivedKey, Document
from runfolio_server.filters.language.operators import FieldKind

_MAKER = (
    "EXISTS (SELECT 1 FROM users AS u JOIN entities AS n USING (entity_id) WHERE %s) AND "
    "r.created_by IN (SELECT u.user_id FROM users AS u JOIN entities AS n USING (entity_id) WHERE %s)"
)
_MAKER_JOINED = (
    "JOIN users AS account ON account.user_id = r.created_by "
    "JOIN entities AS maker ON maker.entity_id = account.entity_id"
)

VERSION_CREATED_AT: Final = Column("created_at", FieldKind.TIME, "r.created_at")
"""When the version was announced; a list goes by it unless told."""

VERSION: Final = Column("version", FieldKind.NUMBER, "r.version_index::numeric", ("version_index",))
"""Its number in the collection, as an index of a collection's places has it."""

ALIASES: Final = Column(
    "alias",
    FieldKind.TAGS,
    "ARRAY(SELECT a.alias FROM artifact_alias AS a WHERE a.membership_id = r.membership_id ORDER BY a.alias)",
    ("aliases",),
    is_nullable=True,
    # The primary key of the aliases of a collection finds it, however many versions there are.
    has_any="EXISTS (SELECT 1 FROM artifact_alias AS a WHERE a.collection_id = r.collection_id "
    "AND a.alias = ANY (%s) AND a.membership_id = r.membership_id)",
)

ARTIFACT_FIELDS: Final = FieldTable(
    (
        Column("name", FieldKind.TEXT, "r.collection_name", ("collection",), is_short=True),
        Column("type", FieldKind.TEXT, "r.type_name", is_short=True),
        VERSION,
        ALIASES,
        Column("tag", FieldKind.TAGS, "r.tags", ("tags",), is_nullable=True),
        Column("state", FieldKind.TEXT, "r.state", is_short=True),
        Column("description", FieldKind.TEXT, "r.description", is_nullable=True),
        Column("digest", FieldKind.TEXT, "r.digest", is_short=True),
        Column("size", FieldKind.NUMBER, "r.size::numeric"),
        Column("file_count", FieldKind.NUMBER, "r.file_count::numeric"),
        Column("history_step", FieldKind.NUMBER, "r.history_step::numeric", is_nullable=True),
        VERSION_CREATED_AT,
        Column("updated_at", FieldKind.TIME, "r.updated_at"),
        Column(
            "run",
            FieldKind.TEXT,
            "n.name",
            within="r.logged_by IN (SELECT n.run_id FROM runs AS n WHERE %s)",
            derived_key=DerivedKey("r.logged_by", run_id_of),
            is_short=True,
            # Runs may lie on other machines than artifacts, so that they are not joined for an order.
            is_value=False,
        ),
        Column("user", FieldKind.TEXT, "n.name", within=_MAKER, sort="maker.name", joined=_MAKER_JOINED, is_short=True),
    ),
    (Document("metadata", "r.metadata", ("metadata",), has_containment_index=True),),
    VERSION_CREATED_AT,
    UniqueKey("r.membership_id", "bigint"),
)

COLLECTION_CREATED_AT: Final = Column("created_at", FieldKind.TIME, "r.created_at")

COLLECTION_FIELDS: Final = FieldTable(
    (
        Column("name", FieldKind.TEXT, "r.name", is_short=True),
        Column("type", FieldKind.TEXT, "r.type_name", is_short=True),
        Column("kind", FieldKind.TEXT, "r.kind", is_short=True),
        Column("description", FieldKind.TEXT, "r.description", is_nullable=True),
        Column("tag", FieldKind.TAGS, "r.tags", ("tags",), is_nullable=True),
        COLLECTION_CREATED_AT,
        Column("updated_at", FieldKind.TIME, "r.updated_at"),
        Column("user", FieldKind.TEXT, "n.name", within=_MAKER, sort="maker.name", joined=_MAKER_JOINED, is_short=True),
    ),
    (),
    COLLECTION_CREATED_AT,
    UniqueKey("r.collection_id", "bigint"),
)
