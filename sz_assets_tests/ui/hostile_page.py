"""A page of another site that tries all that a browser lets a page send to the UI.

Here: the page, its server, and going there. Not here: what must come of it (tests).
"""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page

NAME = "attacker.example"
# Names that this browser finds on this machine, as if a name server said so.
RESOLVED = "--host-resolver-rules=MAP attacker.example 127.0.0.1, MAP sz.example.org 127.0.0.1"
LEAVING = {
    "top-level post of plain text": "text/plain",
    "top-level form": "application/x-www-form-urlencoded",
    "top-level form, multipart": "multipart/form-data",
    "top-level GET": "",
}
_PAGE = """<!doctype html><meta charset="utf-8"><title>Win a phone</title>
<script>
const target = TARGET, doc = DOCUMENT, month = MONTH;
const told = {};
const marked = mark => doc.replace("MARK", mark);
const asked = mark => target + "/graphql?query=" + encodeURIComponent(marked(mark));
const json = mark => JSON.stringify({query: marked(mark)});
const report = mark => target + "/report_asset_materialization/core/videos?partition=" + month
  + "&description=" + encodeURIComponent(mark);
const waits = [];
const told_by = (mark, promise) => waits.push(promise.then(
  answer => { told[mark] = String(answer); }, error => { told[mark] = "failed: " + error; }));

const element = (mark, tag, attribute, more = {}) => told_by(mark, new Promise(resolve => {
  const made = Object.assign(document.createElement(tag), more);
  made.onload = () => resolve("loaded");
  made.onerror = () => resolve("error");
  made[attribute] = asked(mark);
  document.body.append(made);
}));
const form = (mark, action, enctype, fields, method = "post") =>
  told_by(mark, new Promise(resolve => {
    const frame = document.createElement("iframe");
    frame.name = "frame of " + mark;
    document.body.append(frame);
    const made = document.createElement("form");
    Object.assign(made, {method, action, enctype, target: frame.name});
    for (const [name, value] of Object.entries(fields))
      made.append(Object.assign(document.createElement("textarea"), {name, value}));
    document.body.append(made);
    // Only a page of another origin hides its address; before that the frame is empty.
    frame.onload = () => { try { frame.contentWindow.location.href } catch { resolve("loaded") } };
    made.submit();
  }));
// Plain text that is JSON: the name, a "=", and the value that closes it.
const plain = mark => ({[json(mark).slice(0, -1) + ',"x":"']: '"}'});

if (location.hash !== "#quiet") addEventListener("load", async () => {
  element("image", "img", "src");
  element("script", "script", "src");
  element("stylesheet", "link", "href", {rel: "stylesheet"});
  element("frame", "iframe", "src");
  element("embedded object", "object", "data");
  form("form by GET", target + "/graphql", "", {query: marked("form by GET")}, "get");
  form("form", asked("form"), "application/x-www-form-urlencoded", {query: marked("form")});
  form("form, multipart", asked("form, multipart"), "multipart/form-data", {query: "{version}"});
  form("form of plain text", asked("form of plain text"), "text/plain",
    plain("form of plain text"));
  form("report by form", report("report by form"), "text/plain", plain("report by form"));

  const ask = (mark, address, options) => told_by(mark, fetch(address, options).then(
    answer => answer.type + " " + answer.status));
  const opaque = {mode: "no-cors", credentials: "include"};
  ask("fetch by GET", asked("fetch by GET"), opaque);
  ask("fetch, no-cors", asked("fetch, no-cors"), {...opaque, method: "POST", body: ""});
  ask("fetch that names JSON", target + "/graphql", {...opaque, method: "POST",
    headers: {"Content-Type": "text/plain; application/json"},
    body: json("fetch that names JSON")});
  ask("fetch, cors", target + "/graphql", {method: "POST", credentials: "include",
    headers: {"Content-Type": "application/json"}, body: json("fetch, cors")});
  ask("fetch, simple cors", asked("fetch, simple cors"), {method: "POST", body: "x"});
  ask("report by fetch", report("report by fetch"), {...opaque, method: "POST"});
  ask("fetch, PUT", asked("fetch, PUT"), {method: "PUT", body: "x"});

  const request = (mark, type) => told_by(mark, new Promise((resolve, reject) => {
    const made = new XMLHttpRequest();
    made.open("POST", asked(mark));
    made.withCredentials = true;
    made.setRequestHeader("Content-Type", type);
    made.onload = () => resolve(made.status);
    made.onerror = () => reject("refused");
    made.send(json(mark));
  }));
  request("XMLHttpRequest", "text/plain");
  request("XMLHttpRequest of JSON", "application/json");

  navigator.sendBeacon(asked("beacon"), json("beacon"));
  navigator.sendBeacon(asked("beacon of JSON"),
    new Blob([json("beacon of JSON")], {type: "application/json"}));

  told_by("websocket", new Promise(resolve => {
    const made = new WebSocket(target.replace("http", "ws") + "/graphql", "graphql-ws");
    made.onopen = () => made.send(JSON.stringify({type: "start", id: "1",
      payload: {query: marked("websocket")}})) || resolve("open");
    made.onerror = () => resolve("refused");
  }));
  told_by("event source", new Promise(resolve => {
    const made = new EventSource(asked("event source"), {withCredentials: true});
    made.onerror = () => { made.close(); resolve("closed"); };
  }));
  await Promise.all(waits);
  document.title = "Thank you";
});

// Away from here, as a person's own click would.
function leave(mark, enctype) {
  if (!enctype) { location.href = asked(mark); return; }
  const made = Object.assign(document.createElement("form"),
    {method: "post", action: asked(mark), enctype});
  for (const [name, value] of Object.entries(plain(mark)))
    made.append(Object.assign(document.createElement("textarea"), {name, value}));
  document.body.append(made);
  made.submit();
}
</script>"""


@contextmanager
def hostile_site(target: str, document: str, month: str) -> Iterator[int]:
    """The port of a site whose every page attacks `target` with the mutations of `document`."""
    page = _PAGE
    for name, value in {"TARGET": target, "DOCUMENT": document, "MONTH": month}.items():
        page = page.replace(f"= {name}", f"= {json.dumps(value)}", 1)

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """The test says what went wrong."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def visit(page: Page, address: str) -> dict[str, str]:
    """Go to the hostile page and let it do all; what it was told, by the marks of its attempts.

    At last it leaves for the UI in four ways; the answer to each then stands in its place.
    """
    page.goto(address)
    page.wait_for_function("document.title === 'Thank you'", timeout=60_000)
    told: dict[str, str] = page.evaluate("told")
    for mark, enctype in LEAVING.items():
        page.goto(f"{address}#quiet")
        with page.expect_navigation() as left:
            page.evaluate("way => leave(...way)", [mark, enctype])
        answer = left.value
        told[mark] = f"{answer.request.method} {answer.status}" if answer else "no answer"
    return told
