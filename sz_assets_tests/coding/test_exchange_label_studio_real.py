"""The real Label Studio takes our configuration and tasks, and what it exports is read back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from label_studio_server import ADMIN, PROGRAM, as_admin, as_newcomer, label_studio
from tool_exchange_kit import assignment, codebook, codes, tasks

from sz_assets.coding.exchange.label_studio import read_codes, write_codes, write_tasks
from sz_assets.coding.exchange.records import Coded

pytestmark = pytest.mark.slow

CODED = 75  # tasks that the first coder codes over the API; the second codes a third of them
BO = "bo@example.org"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not PROGRAM.exists():
        pytest.skip("Label Studio is not installed (make .venv-label-studio/installed)")
    with label_studio(tmp_path_factory.mktemp("label-studio") / "home") as address:
        yield address


@pytest.fixture(scope="module")
def bo(address: str) -> Iterator[httpx.Client]:
    """The second person."""
    with closing(as_newcomer(address, BO)) as client:
        yield client


def answer(response: httpx.Response) -> Any:
    assert response.is_success, response.text[:2000]
    return response.json()


def project(client: httpx.Client, config: Path, records: Path) -> tuple[int, list[int]]:
    """A project with this configuration, and the ids that it gave our tasks, in our order."""
    # Label Studio checks the configuration here and refuses what it can't use.
    settings = {"title": config.stem, "label_config": config.read_text(encoding="utf-8")}
    number = answer(client.post("/api/projects", json=settings))["id"]
    made = answer(
        client.post(
            f"/api/projects/{number}/import",
            params={"return_task_ids": "true"},
            content=records.read_bytes(),
            headers={"Content-Type": "application/json"},
        )
    )
    return number, made["task_ids"]


def exported(client: httpx.Client, number: int, path: Path, kind: str = "JSON") -> Path:
    wanted = {"exportType": kind, "download_all_tasks": "true"}
    response = client.get(f"/api/projects/{number}/export", params=wanted)
    assert response.is_success, response.text[:2000]
    path.write_bytes(response.content)
    return path


def results(code: Coded) -> list[dict[str, Any]]:
    """The answers as the labeling page sends them: further choices in the codebook's order."""
    main, *further = code.categories or ("none",)
    made = [("category", "choices", {"choices": [main]})]
    if further:
        made.append(("further_categories", "choices", {"choices": further}))
    if code.comment:
        made.append(("comment", "textarea", {"text": [code.comment]}))
    return [
        {"id": f"r{n}", "from_name": name, "to_name": "title", "type": kind, "value": value}
        for n, (name, kind, value) in enumerate(made)
    ]


def said(found: list[Coded]) -> dict[tuple[str, str], tuple[tuple[str, ...], str | None]]:
    """What was said by task and coder; the times are Label Studio's own."""
    assert len({(c.task_id, c.coder_id) for c in found}) == len(found)
    return {(c.task_id, c.coder_id): (c.categories, c.comment) for c in found}


def test_tasks_are_coded_by_two_people(address: str, bo: httpx.Client, tmp_path: Path) -> None:
    given = assignment(codes_per_video="several")
    config, records = write_tasks(given, tmp_path)
    wanted = codes(given.codebook, "anna", "bo", count=CODED)
    with as_admin(address) as anna:
        number, ids = project(anna, config, records)
        by_task = {task.task_id: id for task, id in zip(given.tasks, ids, strict=True)}
        for code in wanted:
            if code.coder_id == "bo" and by_task[code.task_id] % 3:
                continue
            client = {"anna": anna, "bo": bo}[code.coder_id]
            page = f"/api/tasks/{by_task[code.task_id]}/annotations/"
            answer(client.post(page, json={"result": results(code)}))
        # Skipped, submitted without a choice, changed later, and only begun.
        last = [f"/api/tasks/{id}" for id in ids[-4:]]
        answer(bo.post(f"{last[0]}/annotations/", json={"was_cancelled": True, "result": []}))
        answer(bo.post(f"{last[1]}/annotations/", json={"result": []}))
        first = answer(bo.post(f"{last[2]}/annotations/", json={"result": results(wanted[2])}))
        answer(bo.patch(f"/api/annotations/{first['id']}/", json={"result": results(wanted[4])}))
        answer(bo.post(f"{last[3]}/drafts", json={"result": results(wanted[2])}))
        path = exported(anna, number, tmp_path / "export.json")
        minimal = exported(anna, number, tmp_path / "minimal.json", "JSON_MIN")
        own = {
            "anna": answer(anna.get("/api/current-user/whoami"))["id"],
            "bo": answer(bo.get("/api/current-user/whoami"))["id"],
        }

    # Every character of every task came back as it was given.
    sent = [record["data"] for record in json.loads(records.read_text(encoding="utf-8"))]
    back = json.loads(path.read_text(encoding="utf-8"))
    assert sorted((r["data"] for r in back), key=str) == sorted(sent, key=str)
    assert len(back) == len(given.tasks)

    expected = {
        (c.task_id, c.coder_id): (c.categories, c.comment)
        for c in wanted
        if c.coder_id == "anna" or not by_task[c.task_id] % 3
    }
    changed = given.tasks[-2].task_id
    expected[changed, "bo"] = (wanted[4].categories, wanted[4].comment)
    who = ",".join(f"{id}={name}" for name, id in own.items())
    reading = read_codes(path, coder_id=who)
    assert reading.problems == []
    assert said(reading.codes) == expected
    assert {c.codebook_version for c in reading.codes} == {given.codebook.version}
    assert {c.sample_id for c in reading.codes} == {given.sample_id}
    assert all(c.coded_at for c in reading.codes)
    coded = {task for task, _ in expected}
    assert sorted(task for _, task in reading.uncoded) == sorted(
        task.task_id for task in given.tasks if task.task_id not in coded
    )
    assert said(read_codes(minimal, coder_id=who).codes) == expected

    # Without a word on who the numbers are, nobody's code is taken for another's.
    unnamed = read_codes(path)
    assert (unnamed.codes, len(unnamed.problems)) == ([], len(expected) + 2)
    assert "--coder" in unnamed.problems[0].text


def test_codes_go_in_and_come_out(address: str, bo: httpx.Client, tmp_path: Path) -> None:
    book = codebook()
    wanted = codes(book, ADMIN, BO)
    config, records = write_codes(wanted, tasks(), book, tmp_path)
    with as_admin(address) as client:
        number, _ = project(client, config, records)
        ids = {user["email"]: user["id"] for user in answer(client.get("/api/users"))}
        path = exported(client, number, tmp_path / "export.json")
    reading = read_codes(path, coder_id=f"{ids[ADMIN]}={ADMIN},{ids[BO]}={BO}")
    assert (reading.problems, reading.uncoded) == ([], [])
    assert said(reading.codes) == said(wanted)
