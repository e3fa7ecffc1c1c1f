"""What SDKs ask for and this server does not have yet: the answer says so, instead of guessing at a name that is alike.

A field that is served leaves this table; a test compares.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from graphql import FieldNode, GraphQLError, ValidationRule, validate
from strawberry.extensions import SchemaExtension

from runfolio_server.graph.limits.known_documents import is_long
from runfolio_server.heavy_threads import in_thread_if

CODE: Final = "NOT_YET"

# What is missing, in words that follow "This server has no …" → the fields that need it, by their type.
_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "making of empty artifact types": {"Mutation": "createArtifactType"},
    "sweeps": {"Mutation": "upsertSweep createAgent agentHeartbeat enqueueSweepRun", "Sweep": "*"},
    "reports and saved views": {"Mutation": "upsertView deleteView", "Project": "allViews"},
    "custom charts": {"Mutation": "createCustomChart"},
    "automations": {
        "Mutation": "createFilterTrigger updateFilterTrigger deleteTrigger createGenericWebhookIntegration",
        "Entity": "integrations triggers",
        "Project": "triggers",
        "User": "projects",
    },
    "job queues": {
        "Mutation": "createRunQueue upsertRunQueue deleteRunQueues deleteFromRunQueue pushToRunQueue "
        "pushToRunQueueByName popFromRunQueue ackRunQueueItem failRunQueueItem updateRunQueueItemWarning "
        "createLaunchAgent updateLaunchAgent createDefaultResourceConfig",
        "Query": "launchAgent",
        "Entity": "defaultResourceConfig",
        "Project": "runQueue runQueues",
        "Run": "runInfo",
    },
    "registries": {
        "Mutation": "renameProject createProjectMembers deleteProjectMembers updateProjectMember "
        "updateProjectTeamMember",
        "Organization": "*",
        "Entity": "artifactCollections artifactMemberships",
        "Project": "allowAllArtifactTypesInRegistry members teamMembers",
    },
    "anonymous accounts": {"Mutation": "createAnonymousEntity"},
}
MISSING: Final[Mapping[tuple[str, str], str]] = {
    (type_name, field): feature
    for feature, fields in _FIELDS.items()
    for type_name, names in fields.items()
    for field in names.split()
}
"""(type, field) → the feature; the field `*` stands for whatever the type does not have."""


class TellMissing(SchemaExtension):
    """Answers a document that asks for such a field with that alone: what else is wrong with it follows from it."""

    async def on_validate(self) -> AsyncIterator[None]:
        """Look at a document that was refused. NOTE: the extension that validates comes before this one."""
        context = self.execution_context
        if context.pre_execution_errors and context.graphql_document is not None:
            schema: Any = context.schema
            is_heavy = is_long(context.query)
            document = context.graphql_document
            found = await in_thread_if(is_heavy, validate, schema._schema, document, [_FieldNotYet], 1)  # noqa: SLF001
            context.pre_execution_errors = found[:1] or context.pre_execution_errors
        yield


class _FieldNotYet(ValidationRule):
    """Finds the fields of the table."""

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """Tell of one."""
        parent = self.context.get_parent_type()
        if parent is None or self.context.get_field_def() is not None:
            return
        name = node.name.value
        feature = MISSING.get((parent.name, name)) or MISSING.get((parent.name, "*"))
        if feature is not None:
            message = f"This server has no {feature} yet: it does not know `{parent.name}.{name}`."
            self.report_error(GraphQLError(message, node, extensions={"code": CODE}))
