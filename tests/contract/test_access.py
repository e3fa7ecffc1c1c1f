"""Every statement that finds projects or runs by what a caller names asks for a permission; nothing else decides."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import runfolio_server
from runfolio_server.domain.permission import Permission
from runfolio_server.sql.access import PLACEHOLDER
from runfolio_server.sql.named import HEADER

ROOT = Path(__file__).parents[2]
PACKAGE = Path(runfolio_server.__file__).parent
# Tables that somebody owns, and the functions that write them.
OWNED = re.compile(
    r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(projects|runs)\b|\bFROM\s+(entities)\b|\b(start_run|ingest_batch|ingest_columns|share_document|remember_document)\("
)
WORKER = "the worker's: it is for nobody"
RUN_CHECKED = "in the transaction that has checked, made or taken up the run"
ON_MACHINE = "for whoever runs the server's machine"
TARGET_FOUND = "by the id that ingest/target.py has made of a project which was found by a statement that asks"
COPY_BEGUN = "of a copy that was begun in a transaction which has checked the run and the project"
PROJECT_CHECKED = "in the transaction that has checked the project"
PROJECT_FOUND = "by the id of a project that a statement which asks has found"
# Statements that find or change what is somebody's and ask for nothing, with the reason.
ASK_NOTHING = {
    "insert_project": "by the id of an entity that has been checked",
    "select_entities": "by the ids of entities whose projects have been found",
    "lock_team": "in the transaction that has checked the entity, or accepts an invite to it",
    "select_team": "to look whether one is made twice, and for whoever runs the machine",
    "select_teams": ON_MACHINE,
    "select_key_project": ON_MACHINE,
    "select_run_by_name": PROJECT_FOUND,
    "start_run": PROJECT_FOUND,
    "delete_runs": PROJECT_FOUND,
    "insert_run_deletions": PROJECT_FOUND,
    "undelete_runs": PROJECT_FOUND,
    "select_deleted_runs": PROJECT_FOUND,
    "select_deleted_runs_page": PROJECT_FOUND,
    "count_runs_ever": RUN_CHECKED,
    "lock_project": PROJECT_CHECKED,
    "update_project": PROJECT_CHECKED,
    "count_copied_run": PROJECT_CHECKED,
    "delete_project": PROJECT_CHECKED,
    "restore_project": PROJECT_CHECKED,
    "select_export_runs": PROJECT_FOUND,
    "add_order_uses": PROJECT_FOUND,
    "lock_run": RUN_CHECKED,
    "lock_config": RUN_CHECKED,
    "select_environments": RUN_CHECKED,
    "select_configs": RUN_CHECKED,
    "lock_state": RUN_CHECKED,
    "request_stop": RUN_CHECKED,
    "set_state": RUN_CHECKED,
    "lock_alerting_run": RUN_CHECKED,
    "begin_again": RUN_CHECKED,
    "select_forks_page": "by the id of a run that has been found, in whose project its forks are",
    "count_forks": "likewise",
    "select_project_alerts_page": PROJECT_FOUND,
    "count_project_alerts": PROJECT_FOUND,
    "set_logged_keys": "by the id of a run that was just rewound or forked",
    "select_export": "by the id of a run that has been found",
    "share_document": "by the id that ingest/target.py has made, or in the transaction that has checked the run",
    "remember_document": "by the id for which share_document has just found the run",
    "ingest_batch": TARGET_FOUND,
    "select_documents": TARGET_FOUND,
    "lock_documents": TARGET_FOUND,
    "mark_silent_runs_crashed": WORKER,
    "select_streams_to_compact": WORKER,
    "select_told_run": WORKER,
    "select_used_orders": WORKER,
    "select_known_runs": WORKER,
    "select_runs_with_obsolete_files": WORKER,
    "select_known_entities": WORKER,
    "select_artifacts_of_purged_projects": WORKER,
    "begin_purges_of_projects": WORKER,
    "select_projects_to_purge": WORKER,
    "select_runs_of_project": WORKER,
    "finish_purge_of_project": WORKER,
    "purge_run": WORKER,
    "insert_copy_target": RUN_CHECKED,
    "select_copied_state": COPY_BEGUN,
    "select_copy_place": COPY_BEGUN,
    "insert_moved_run": COPY_BEGUN,
    "delete_hidden_run": COPY_BEGUN,
}
# Modules that put statements together and the tables in them: by the id of a project that has been found, unless told.
COMPOSED = {
    **{
        f"sql/run_lists/{name}.py": {"runs"}
        for name in (
            "by_creation",
            "by_index",
            "chosen_runs",
            "export",
            "groups",
            "keys",
            "list",
            "long_columns",
            "missing_keys",
        )
    },
    # By the id of a project that has been found, and asking for that of each artifact.
    "sql/artifact_lists/artifacts.py": {"projects"},
    "sql/runs/copied_tables.py": {"runs"},  # of a copy that was begun, as those of copies.sql
    "sql/runs/change.py": {"runs"},  # by the id of a run, in the transaction that has checked it
    # The names of the project that a run is in, as a filter compares them and an order joins them.
    "filters/run_fields.py": {"projects"},
    "filters/sql/joined.py": {"projects"},
    # The run that logged an artifact which has been found, by its name.
    "filters/artifact_fields.py": {"runs"},
}


def _statements() -> dict[str, str]:
    """The text of every statement of every .sql file, by name, without comments."""
    found: dict[str, str] = {}
    for path in sorted(PACKAGE.rglob("*.sql")):
        text = path.read_text(encoding="utf-8")
        headers = list(HEADER.finditer(text))
        ends = [header.start() for header in headers[1:]] + [len(text)]
        for header, end in zip(headers, ends, strict=True):
            assert header["name"] not in found
            found[header["name"]] = re.sub(r"^\s*--.*$", "", text[header.end() : end], flags=re.MULTILINE)
    return found


def _texts(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def _modules_with(pattern: str) -> set[str]:
    files = [path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".sql")]
    return {
        path.relative_to(PACKAGE).as_posix() for path in files if re.search(pattern, path.read_text(encoding="utf-8"))
    }


def test_a_statement_on_what_is_owned_asks_for_a_permission_or_has_a_reason_not_to() -> None:
    owned = {name: sql for name, sql in _statements().items() if OWNED.search(sql)}

    assert len(owned) > 20
    assert set(ASK_NOTHING) == {name for name, sql in owned.items() if not PLACEHOLDER.search(sql)}


def test_statements_ask_for_the_permission_that_belongs_to_what_they_do() -> None:
    asked = {name: found["permission"] for name, sql in _statements().items() for found in PLACEHOLDER.finditer(sql)}

    assert {
        "select_entity_by_name": "?",
        "select_project_by_name": "?",
        "select_visible_project": "?",
        "select_visible_run": "?",
        "select_deleted_run": "?",
        "select_run_paths": "read",
        "select_deleted_project": "manage",
        "select_deleted_project_by_name": "log",
        "select_deleted_projects_page": "manage",
        "count_deleted_projects": "manage",
        "select_projects": "read",
        "select_projects_page": "read",
        "count_projects": "read",
        "ingest_visible_batch": "log",
        "ingest_visible_columns": "log",
        "select_visible_artifact": "?",
        "select_artifact_users_page": "read",
        "count_artifact_users": "read",
        "select_visible_collection": "?",
        "select_written_artifact": "?",
        "select_written_manifest": "log",
        "select_deleted_artifact": "delete",
        "select_deleted_collection": "delete",
        "count_memberships": "read",
        "count_visible_artifacts": "read",
        "select_client_id": "read",
        "select_readable_bytes": "read",
        "select_readable_entity_object": "read",
        "select_readable_run_object": "read",
        "select_run_that_takes_files": "log",
        "select_membership_by_alias": "read",
        "select_membership_by_version": "read",
        "select_memberships_of_artifacts": "read",
        "select_newest_memberships": "read",
        "select_newest_memberships_page": "read",
        "select_oldest_memberships_page": "read",
        "select_uses_of_artifacts": "read",
        "select_visible_artifact_types": "read",
        "select_visible_artifacts": "read",
        "select_visible_collections": "read",
    } == asked


def test_statements_put_together_in_python_find_runs_by_the_id_of_a_project_only() -> None:
    composed: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        tables = {table for text in _texts(path) for groups in OWNED.findall(text) for table in groups if table}
        if tables:
            composed[path.relative_to(PACKAGE).as_posix()] = tables

    assert COMPOSED == composed


def test_what_a_viewer_may_do_is_spelled_in_one_place() -> None:
    assert {"actions/access.py", "domain/permission.py", "sql/access.py"} == _modules_with(r"\bentity_ids\b")
    assert {"sql/access.py", "sql/identity/users.sql"} == _modules_with(r"\bentity_id = ANY\b")
    assert {"actions/access.py", "loaders/__init__.py"} == _modules_with(r"\bviewer\.is_admin\b")
    assert {"actions/access.py"} == _modules_with(r"\bThere is no (project|run|entity|\{)")


def test_every_permission_is_in_the_table_of_the_readme() -> None:
    readme = (ROOT / "api" / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## Who may do what")[2].partition("\n## ")[0]

    assert [*Permission] == re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
