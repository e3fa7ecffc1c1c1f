"""Files of a run, end to end: allowed, uploaded, listed, downloaded, replaced."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.server.swept_store import run_id_of
from tests.service import BASE_URL, Answer, Service

ALLOW = (
    "mutation CreateRunFiles($entity: String!, $project: String!, $run: String!, $files: [String!]!) {"
    " createRunFiles(input: {entityName: $entity, projectName: $project, runName: $run, files: $files}) {"
    " runID uploadHeaders files { name uploadUrl listedAs refusal } } }"
)
LIST = (
    'query($run: String!, $names: [String], $pattern: String, $first: Int, $after: String) { project(name: "p") {'
    " run(name: $run) { id fileCount files(names: $names, pattern: $pattern, first: $first, after: $after) { totalCount"
    " edges { cursor node { id name url directUrl sizeBytes mimetype md5 updatedAt } }"
    " pageInfo { hasNextPage endCursor } } } } }"
)


async def _allow(service: Service, run: str, *names: str, entity: str = "ada", user: str = "ada") -> Answer:
    return await service.graphql(ALLOW, user, entity=entity, project="p", run=run, files=list(names))


async def _urls(service: Service, run: str, *names: str) -> list[str]:
    found = (await _allow(service, run, *names)).data["createRunFiles"]["files"]
    assert list(names) == [file["name"] for file in found]
    return [file["uploadUrl"] for file in found]


async def _put(service: Service, url: str, content: bytes) -> int:
    return (await service.http.put(url, content=content)).status_code


async def _upload(service: Service, run: str, **files: bytes) -> None:
    for url, content in zip(await _urls(service, run, *files), files.values(), strict=True):
        assert 200 == await _put(service, url, content)


async def _run(service: Service, run: str, **choice: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await service.graphql(LIST, run=run, **choice)).data["project"]["run"]
    return found


async def _names(service: Service, run: str, **choice: Any) -> list[str]:
    return [edge["node"]["name"] for edge in (await _run(service, run, **choice))["files"]["edges"]]


@pytest.mark.parametrize(
    ("name", "content", "mimetype"),
    [
        ("config.yaml", b"a: 1\n", "application/yaml"),
        ("media/images/a_0.png", b"\x89PNG\0", "image/png"),
        ("sp dir/fü x.txt", b"", "text/plain"),
        ("100%/a?b#c.bin", b"x" * 100_000, "application/octet-stream"),
        ("no suffix", b"1", None),
    ],
)
async def test_a_file_goes_in_and_comes_out(service: Service, name: str, content: bytes, mimetype: str | None) -> None:
    bucket = await service.start_run(f"inout{abs(hash(name))}")

    allowed = (await _allow(service, bucket["name"], name)).data["createRunFiles"]
    before = await _names(service, bucket["name"])
    status = await _put(service, allowed["files"][0]["uploadUrl"], content)
    (file,) = (await _run(service, bucket["name"]))["files"]["edges"]
    downloads = [await service.http.get(file["node"][url]) for url in ("url", "directUrl")]

    assert ([], 200) == (before, status)
    assert (bucket["id"], []) == (allowed["runID"], allowed["uploadHeaders"])
    assert {
        "name": name,
        "sizeBytes": len(content),
        "md5": base64.b64encode(hashlib.md5(content).digest()).decode(),
    }.items() <= file["node"].items()
    assert mimetype is None or file["node"]["mimetype"] in (mimetype, None)
    assert [content, content] == [download.content for download in downloads]


async def test_urls_are_absolute_and_need_no_key(service: Service) -> None:
    await service.start_run("urls")

    (url,) = await _urls(service, "urls", "secret name.txt")

    assert url.startswith(f"{BASE_URL}/objects/upload/")
    assert "secret" not in url
    assert "Authorization" not in service.http.headers


async def test_a_file_uploaded_again_is_replaced_and_keeps_its_id(service: Service) -> None:
    await service.start_run("replaced")
    await _upload(service, "replaced", **{"a.txt": b"old"})
    before = (await _run(service, "replaced"))["files"]["edges"][0]["node"]

    await _upload(service, "replaced", **{"a.txt": b"newer"})

    (edge,) = (await _run(service, "replaced"))["files"]["edges"]
    assert (before["id"], 5) == (edge["node"]["id"], edge["node"]["sizeBytes"])
    assert b"newer" == (await service.http.get(edge["node"]["url"])).content
    assert 403 == (await service.http.get(before["url"])).status_code


async def test_an_upload_that_was_allowed_earlier_never_replaces_a_later_one(service: Service) -> None:
    await service.start_run("late")
    (earlier,) = await _urls(service, "late", "a.txt")
    (later,) = await _urls(service, "late", "a.txt")

    statuses = [await _put(service, later, b"later"), await _put(service, earlier, b"earlier")]

    (edge,) = (await _run(service, "late"))["files"]["edges"]
    assert [200, 200] == statuses
    assert b"later" == (await service.http.get(edge["node"]["url"])).content


async def test_a_repeated_upload_changes_nothing(service: Service) -> None:
    await service.start_run("twice")
    (url,) = await _urls(service, "twice", "a.txt")

    for _ in range(3):
        assert 200 == await _put(service, url, b"same")

    (edge,) = (await _run(service, "twice"))["files"]["edges"]
    assert b"same" == (await service.http.get(edge["node"]["url"])).content


async def test_a_damaged_url_is_403_and_stores_nothing(service: Service) -> None:
    await service.start_run("damaged")
    (url,) = await _urls(service, "damaged", "a.txt")

    assert 403 == await _put(service, url[:-1] + ("A" if url[-1] != "A" else "B"), b"x")
    assert [] == await _names(service, "damaged")


async def test_files_are_chosen_by_names_and_by_pattern(service: Service) -> None:
    await service.start_run("chosen")
    await _upload(service, "chosen", **dict.fromkeys(["a.txt", "b.txt", "media/a.png", "media/b.png", "a_b"], b"x"))

    async def chosen(**choice: Any) -> list[str]:
        names = await _names(service, "chosen", **choice)
        run = await _run(service, "chosen", **choice)
        assert (len(names), 5) == (run["files"]["totalCount"], run["fileCount"])
        return names

    assert ["a.txt", "a_b", "b.txt", "media/a.png", "media/b.png"] == await chosen()
    assert ["b.txt", "media/a.png"] == await chosen(names=["media/a.png", "b.txt", "none", None])
    assert ["b.txt", "media/a.png"] == await chosen(names=["./media/./a.png", "./b.txt", "../a.txt", "/a.txt", "."])
    assert 5 == len(await chosen(names=[]))
    assert 5 == len(await chosen(pattern=""))
    assert ["media/a.png", "media/b.png"] == await chosen(pattern="media/%")
    assert ["a.txt", "b.txt"] == await chosen(pattern="_.txt")
    assert ["a_b"] == await chosen(pattern="a\\_b")
    assert ["a.txt"] == await chosen(pattern="%.txt", names=["a.txt", "a_b"])


async def test_a_pattern_that_ends_with_an_escape_is_told_to_its_author_whether_there_are_files_or_not(
    service: Service,
) -> None:
    await service.start_run("pattern")
    before = await service.graphql(LIST, run="pattern", pattern="a\\")
    await _upload(service, "pattern", **dict.fromkeys(["a", "ab", "b"], b"x"))

    answer = await service.graphql(LIST, run="pattern", pattern="a\\")

    assert [400, 400] == [before.status, answer.status]
    assert 'pattern ends in a backslash that escapes nothing: "a\\\\"' in answer.error["message"]
    assert [] == (await _run(service, "pattern", pattern="a\\\\"))["files"]["edges"]


@pytest.mark.parametrize("by_edge", [True, False], ids=["edge cursors", "end cursors"])
async def test_files_are_paged_by_name_without_gap_or_repeat(service: Service, by_edge: bool) -> None:
    run = f"paged{by_edge}"
    await service.start_run(run)
    names = sorted([f"{letter}{number}" for letter in "aBä" for number in range(4)] + ["a b", "a/b", "a.b"])
    await _upload(service, run, **dict.fromkeys(names, b"x"))
    found: list[str] = []
    after = None
    for _ in range(10):
        page = (await _run(service, run, first=4, after=after))["files"]
        found += [edge["node"]["name"] for edge in page["edges"]]
        after = page["edges"][-1]["cursor"] if by_edge else page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert names == found


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../a", "a/../../b", "a//b", "x" * 1025, "\n" * 500])
async def test_a_name_that_is_refused_costs_no_other_file_its_url(service: Service, name: str) -> None:
    run = f"refused{abs(hash(name))}"
    await service.start_run(run)

    files = (await _allow(service, run, "fine.txt", name, "also fine.txt")).data["createRunFiles"]["files"]

    assert ["fine.txt", name, "also fine.txt"] == [file["name"] for file in files]
    assert [None, "input.files[1]"] == [file["refusal"] and file["refusal"].split(" ")[0] for file in files][:2]
    assert (None, None) == (files[1]["uploadUrl"], files[1]["listedAs"])
    for file in (files[0], files[2]):
        assert file["name"] == file["listedAs"]
        assert 200 == await _put(service, file["uploadUrl"], b"x")
    assert ["also fine.txt", "fine.txt"] == await _names(service, run)


@pytest.mark.parametrize("name", ["media/a\tb.png", "bad\u0001.txt", "a\0b", "a\r\nSet-Cookie: b=c"])
async def test_a_name_with_control_characters_is_kept_in_a_spelling_and_found_by_both(
    service: Service, name: str
) -> None:
    run = f"spelled{abs(hash(name))}"
    await service.start_run(run)

    plain, spelled = (await _allow(service, run, "good.txt", name)).data["createRunFiles"]["files"]
    statuses = [await _put(service, file["uploadUrl"], b"x") for file in (plain, spelled)]

    assert [200, 200] == statuses
    assert (name, None) == (spelled["name"], spelled["refusal"])
    assert sorted(["good.txt", spelled["listedAs"]]) == await _names(service, run)
    assert [spelled["listedAs"]] == await _names(service, run, names=[name])
    assert [spelled["listedAs"]] == await _names(service, run, names=[spelled["listedAs"]])


async def test_a_name_with_half_a_surrogate_pair_is_answered_as_it_was_asked(service: Service) -> None:
    await service.start_run("half")
    variables = {"entity": "ada", "project": "p", "run": "half", "files": ["a\ud800.txt", "b.txt"]}

    # As Python's json writes it, in ASCII.
    answer = await service.http.post(
        "/graphql",
        content=json.dumps({"query": ALLOW, "variables": variables}),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {service.keys['ada']}"},
    )

    half, plain = json.loads(answer.text)["data"]["createRunFiles"]["files"]
    assert ("a\ud800.txt", "b.txt") == (half["name"], plain["name"])
    assert [200, 200] == [await _put(service, file["uploadUrl"], b"x") for file in (half, plain)]
    assert sorted(["b.txt", half["listedAs"]]) == await _names(service, "half")


async def test_a_file_with_control_characters_in_its_name_replaces_itself_and_no_other(service: Service) -> None:
    await service.start_run("apart")
    for name, content in (("a\tb", b"1"), ("a%09b", b"2"), ("a\nb", b"3"), ("a\tb", b"4")):
        await _upload(service, "apart", **{name: content})

    found = {}
    for name in ("a\tb", "a%09b", "a\nb"):
        (edge,) = (await _run(service, "apart", names=[name]))["files"]["edges"]
        found[name] = (await service.http.get(edge["node"]["url"])).content

    assert {"a\tb": b"4", "a%09b": b"2", "a\nb": b"3"} == found
    assert 3 == len(await _names(service, "apart"))


async def test_many_files_are_allowed_at_once_and_too_many_are_not(service: Service) -> None:
    await service.start_run("bulk")

    many = await _allow(service, "bulk", *[f"f{number}" for number in range(2000)])
    too_many = await _allow(service, "bulk", *[f"f{number}" for number in range(10_001)])

    assert 2000 == len(many.data["createRunFiles"]["files"])
    assert 413 == too_many.status
    assert too_many.error["message"].startswith("A variable has a list or an object of 10001 items; allowed: 10000.")


async def test_a_run_that_is_not_there_gets_no_files(service: Service) -> None:
    answer = await _allow(service, "nope", "a.txt")

    assert (404, "There is no run 'nope' in project 'ada/p', or you may not log to it.") == (
        answer.status,
        answer.error["message"],
    )


async def test_a_download_shows_the_name_of_the_file_and_not_its_key(service: Service) -> None:
    await service.start_run("shown")
    await _upload(service, "shown", **{"media/cat.png": b"x"})

    (edge,) = (await _run(service, "shown"))["files"]["edges"]

    assert urlsplit(edge["node"]["url"]).path.endswith("/cat.png")
    assert str(await run_id_of(service, "shown")) not in edge["node"]["url"]
