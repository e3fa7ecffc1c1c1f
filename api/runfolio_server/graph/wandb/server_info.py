"""What the W&B SDK asks of a server before it uses it."""

from __future__ import annotations

import strawberry

from runfolio_server.graph.relay.scalars import JSON

# Names of the SDK; each changes what it sends (reference: ServerFeaturesQuery). Missing means off.
FEATURES = (
    # file_stream bodies may be gzip.
    "FILESTREAM_GZIP",
    # Artifacts: what is asked of them goes through collections and memberships.
    "ARTIFACT_TAGS",
    "CLIENT_IDS",
    "LARGE_FILENAMES",
    "ARTIFACT_COLLECTION_MEMBERSHIP_FILES",
    "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP",
    # A link is answered with its membership.
    "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE",
    # Lists of collections take filters and orders.
    "ARTIFACT_COLLECTIONS_FILTERING_SORTING",
    # Addresses of files with entity, project, collection and artifact.
    "ARTIFACT_COLLECTION_MEMBERSHIP_FILE_DOWNLOAD_HANDLER",
    "ARTIFACT_V2_DOWNLOAD_HANDLER_SUPPORTS_ARTIFACT_ID",
    # A run says where the artifact is that it uses.
    "USE_ARTIFACT_WITH_ENTITY_AND_PROJECT_INFORMATION",
    # Console lines come as JSON objects with time and level.
    "STRUCTURED_CONSOLE_LOGS",
    # File connections have totalCount.
    "TOTAL_COUNT_IN_FILE_CONNECTION",
    # run.upload_file() of the API says when its file has arrived.
    "MARK_RUN_FILES_UPLOADED",
    # Run.update_state(): asked for by who tests an SDK, not by the SDK itself.
    "UPDATE_RUN_STATE",
)

# SDKs refuse servers that are too old and mention newer ones: a recent number keeps them quiet.
SERVER_VERSION = "0.80.0"
NEWEST_CLIENT = "1.0.0"


@strawberry.type(description="A server version, as the W&B SDK asks for it.")
class LocalVersionInfo:
    """Whether the server is old."""

    out_of_date: bool = strawberry.field(description="Always false.")
    latest_version_string: str = strawberry.field(description="The version that the SDK compares with.")
    version_on_this_instance_string: str = strawberry.field(description="The same.")


@strawberry.type(description="Something that a server has to say to whoever starts a run.")
class ServerMessage:
    """One message; there are none."""

    utf_text: str | None = strawberry.field(description="For a terminal that has all characters.")
    plain_text: str | None = strawberry.field(description="For any terminal.")
    html_text: str | None = strawberry.field(description="For a notebook.")
    message_type: str | None = strawberry.field(description="Where it is shown.")
    message_level: int | None = strawberry.field(description="How loud.")


@strawberry.type(description="What a server says when a run starts; `wandb sync` of SDKs up to 0.22 fails without it.")
class ServerSettings:
    """Looked up by its name, and then asked for."""

    server_messages: list[ServerMessage] = strawberry.field(description="Always empty.")


@strawberry.type
class ServerInfoWireNames:
    """Wire names of ServerInfo: see LOOKED_UP."""

    @strawberry.field(description="Versions of the W&B SDK that this server knows.")
    def cli_version_info(self) -> JSON | None:
        """Asked by SDKs up to 0.22."""
        return JSON({"max_cli_version": NEWEST_CLIENT})

    @strawberry.field(description="Version of the server that the W&B SDK takes this for.")
    def latest_local_version_info(self) -> LocalVersionInfo | None:
        """Asked by SDKs up to 0.22."""
        return LocalVersionInfo(
            out_of_date=False, latest_version_string=SERVER_VERSION, version_on_this_instance_string=SERVER_VERSION
        )
