"""Lists of an artifact's files: read, joined and told apart."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runfolio_server.domain import manifest as manifests
from runfolio_server.domain.artifact_metadata import check_metadata
from runfolio_server.domain.manifest import check_md5, digest_of, merge_manifests, parse_manifest
from runfolio_server.errors import AppError, TooLarge

MD5 = "1B2M2Y8AsgTpgAmY7PhCfg=="
OTHER = "CY9rzUYh03PK3k6DJie09g=="


def _text(contents: object, **head: object) -> bytes:
    return json.dumps({"version": 1, "contents": contents, **head}).encode()


def _entries(raw: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(raw)["contents"]
    return found


def test_the_digest_of_an_artifact_is_the_one_that_clients_take() -> None:
    assert "64e7c61456b10382e2f3b571ac24b659" == digest_of([])
    assert digest_of([("a", MD5), ("b", OTHER)]) == digest_of([("b", OTHER), ("a", MD5)])
    assert "063bb2416cc35edbd1317dbc15c75652" == digest_of([("a", MD5)])


def test_later_parts_win_and_every_entry_keeps_what_its_client_wrote() -> None:
    base = parse_manifest(_text({"a": {"digest": MD5, "size": 0, "birthArtifactID": "one"}, "b": {"digest": MD5}}))
    new = parse_manifest(_text({"b": {"digest": OTHER, "size": 5, "extra": {"k": [1]}}}, storagePolicy="s"))

    merged = merge_manifests([base, new])

    assert {
        "a": {"digest": MD5, "size": 0, "birthArtifactID": "one"},
        "b": {"digest": OTHER, "size": 5, "extra": {"k": [1]}},
    } == _entries(merged.dump())
    assert {"version": 1, "storagePolicy": "s"} == merged.head
    assert digest_of([("a", MD5), ("b", OTHER)]) == merged.digest
    assert merged == parse_manifest(merged.dump())


def test_a_reference_may_have_any_digest_and_no_size() -> None:
    found = parse_manifest(_text({"a": {"digest": "etag-1", "ref": "s3://b/a"}}))

    assert ("etag-1", None, "s3://b/a") == (found.entries["a"].digest, found.entries["a"].size, found.entries["a"].ref)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "no object 'contents'"),
        (b'{"contents": []}', "no object 'contents'"),
        (_text({"a": 1}), "not an object"),
        (_text({"a": {}}), "no digest"),
        (_text({"a": {"digest": "x"}}), "not an MD5 in base64"),
        (_text({"a": {"digest": MD5, "size": -1}}), "size -1"),
        (_text({"a": {"digest": MD5, "size": True}}), "size True"),
        (_text({"a": {"digest": MD5, "size": 2**63}}), "size 9223372036854775808"),
        (_text({"a": {"digest": "e", "ref": 1}}), "no URL"),
        (_text({"a": {"digest": "e", "ref": "s3://" + "x" * 8192}}), "no URL"),
        (_text({"a": {"digest": "e" * 8193, "ref": "s3://x"}}), "digest of more than 8192 bytes"),
        (_text({"../a": {"digest": MD5}}), "not a relative path"),
        (_text({"a\0": {"digest": MD5}}), "control characters"),
    ],
)
def test_what_is_no_manifest_is_refused_with_the_reason(raw: bytes, told: str) -> None:
    with pytest.raises(AppError) as refused:
        parse_manifest(raw)

    assert told in refused.value.message


def test_a_manifest_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "ENTRIES_MAX", 2)
    parts = [parse_manifest(_text({name: {"digest": MD5} for name in names})) for names in ("ab", "bc")]

    with pytest.raises(TooLarge, match="3 entries; allowed: 2"):
        merge_manifests(parts)
    with pytest.raises(TooLarge, match="3 entries; allowed: 2"):
        parse_manifest(_text({name: {"digest": MD5} for name in "abc"}))
    monkeypatch.setattr(manifests, "MANIFEST_MAX_BYTES", 10)
    with pytest.raises(TooLarge, match="allowed: 10"):
        parse_manifest(_text({}))


@pytest.mark.parametrize("digest", ["", "x", "1B2M2Y8AsgTpgAmY7PhCfh==", "1B2M2Y8AsgTpgAmY7PhCfg", "d41d8cd98f00b204"])
def test_one_spelling_of_an_md5_is_taken(digest: str) -> None:
    assert MD5 == check_md5(MD5, "md5")
    with pytest.raises(AppError, match="not an MD5 in base64"):
        check_md5(digest, "md5")


def test_metadata_is_kept_as_it_was_sent_and_mapped_for_filters() -> None:
    text, mapped = check_metadata('{"a": 1.0, "none": null, "text": "\\u0000"}', "metadata")

    assert '{"a": 1.0, "none": null, "text": "\\u0000"}' == text
    assert {"a", "none", "text"} == set(json.loads(mapped))


@pytest.mark.parametrize(
    "text", ["[]", "{", "null", '{"a": [NaN]}', '{"a": 1e999}', json.dumps(dict.fromkeys(map(str, range(101))))]
)
def test_metadata_is_an_object_of_few_keys_and_finite_numbers(text: str) -> None:
    with pytest.raises(AppError, match="metadata"):
        check_metadata(text, "metadata")
