"""The page at /graphql: it needs nothing but this server, and says what to do where GraphiQL cannot be loaded."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

from graphql import build_schema

from runfolio_server.graph.export import print_canonical
from tests.service import BASE_URL, Service

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


class Page(HTMLParser):
    """What a page loads by itself, which elements it has, and its texts by element id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.script = ""
        self.assets = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if "id" in found:
            self.ids.add(found["id"] or "")
        if tag == "a":
            self.links.append(found["href"] or "")
        elif address := found.get("src") or found.get("href"):
            self.loaded.append(address)
        self._inside = (found.get("id") or tag) if tag == "script" else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "assets":
            self.assets += data
        elif self._inside == "script":
            self.script += data


async def _page(service: Service) -> str:
    return (await service.http.get("/graphql", headers=BROWSER)).text


async def test_the_page_itself_loads_nothing_from_elsewhere(service: Service) -> None:
    page = Page(await _page(service))

    assert ["data:,"] == page.loaded
    assert ["schema.graphql"] == page.links


async def test_every_element_that_the_script_uses_is_there(service: Service) -> None:
    page = Page(await _page(service))

    used = set(re.findall(r'at\("(\w+)"\)', page.script))
    assert {"form", "key", "document", "variables", "answer", "status"} <= used
    assert used <= page.ids


async def test_what_it_then_loads_from_elsewhere_is_graphiql_and_nothing_unchecked(service: Service) -> None:
    assets = json.loads(Page(await _page(service)).assets)

    names = [asset["url"].rpartition("/")[2] for asset in assets if asset["kind"] == "script"]
    assert "react.production.min.js" == names[0]
    assert "graphiql.min.js" in names
    assert {"index.umd.js", "react-dom.production.min.js"} <= set(names)
    assert "graphiql.min.css" in {asset["url"].rpartition("/")[2] for asset in assets if asset["kind"] == "style"}
    assert all(asset["url"].startswith("https://") for asset in assets)
    assert all(asset["integrity"].startswith("sha384-") for asset in assets)


async def test_the_page_may_run_what_it_names_and_talk_to_this_server_and_nothing_else(service: Service) -> None:
    answer = await service.http.get("/graphql", headers=BROWSER)
    page = Page(answer.text)
    directives = answer.headers["Content-Security-Policy"].split("; ")
    allowed = {name: sources.split() for name, _, sources in (directive.partition(" ") for directive in directives)}

    digest = base64.b64encode(hashlib.sha256(page.script.encode()).digest()).decode()
    urls: dict[str, list[str]] = {"script": [], "style": []}
    for asset in json.loads(page.assets):
        urls[asset["kind"]].append(asset["url"])
    assert [f"'sha256-{digest}'", *urls["script"]] == allowed["script-src"]
    assert ["'unsafe-inline'", *urls["style"]] == allowed["style-src"]
    assert ["'self'"] == allowed["connect-src"]
    closed = {"default-src", "base-uri", "form-action", "frame-ancestors"}
    assert closed == {name for name, sources in allowed.items() if sources == ["'none'"]}


async def test_a_missing_or_wrong_key_does_not_make_the_browser_ask_for_a_password(service: Service) -> None:
    """The 401 challenges for Basic, which browsers answer with a window of their own unless credentials are omitted."""
    script = Page(await _page(service)).script

    requests = re.findall(r"\bfetch\(([^)]*)\)", script)
    assert ['address, { ...request, headers, credentials: "omit" }'] == requests
    assert "GraphiQL.createFetcher({ url: endpoint, fetch: send })" in script


async def test_the_key_goes_into_a_header_and_not_to_graphiql_whose_history_would_store_it(service: Service) -> None:
    script = Page(await _page(service)).script

    assert {'at("key").value.trim()'} == set(re.findall(r'at\("key"\)\.value[.\w()]*', script))
    assert "isHeadersEditorEnabled: false" in script
    assert not re.search(r"localStorage|sessionStorage|document\.cookie|location\.(?!pathname)", script)


async def test_it_says_how_to_ask_from_a_terminal_and_without_scripts(service: Service) -> None:
    text = await _page(service)

    assert f'curl -s {BASE_URL}/graphql -H "Authorization: Bearer $WANDB_API_KEY"' in text
    assert "<noscript>" in text
    assert "__" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


async def test_a_host_name_cannot_put_markup_into_the_page(service: Service) -> None:
    page = await service.http.get("/graphql", headers={**BROWSER, "Host": 'x"><script>alert(1)</script>'})

    assert (400, False) == (page.status_code, "<script>" in page.text and "text/html" in page.headers["Content-Type"])


async def test_the_schema_is_served_as_text_without_a_key(service: Service) -> None:
    answer = await service.http.get("/schema.graphql")

    assert (200, "text/plain; charset=utf-8") == (answer.status_code, answer.headers["Content-Type"])
    assert print_canonical() == answer.text
    assert build_schema(answer.text).query_type is not None
