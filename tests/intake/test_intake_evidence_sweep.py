"""Files that are nobody's are removed, and no file that a case lists ever is: crashes at each step, and races."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.faults import UnknownOutcome
from intake.evidence.sweep import LISTED_WITHIN, SWEPT_AFTER, Swept
from tests.intake import evidence_files as files
from tests.intake.evidence_rig import begin, head, patch, send
from tests.intake.intake_rig import ASHA, COMPLAINT, Rig

MINUTE = timedelta(minutes=1)


async def _dies(*_: Any, **__: Any) -> None:
    raise UnknownOutcome("the process ends here")


def first(method: Callable[..., Awaitable[Any]], act: Callable[[], Awaitable[None]]) -> Callable[..., Awaitable[Any]]:
    """The method, behind something else that happens once."""
    waiting = [act]

    async def acted(*given: Any) -> Any:
        if waiting:
            await waiting.pop()()
        return await method(*given)

    return acted


@pytest.fixture(params=["form", "parts"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def sent(intake: Rig, case: dict[str, Any], way: str) -> tuple[int, str | None]:
    """Status of the last call, and the upload's address if it has one."""
    photo = files.jpeg()
    if way == "form":
        return (await send(intake, case, photo)).status_code, None
    url = (await begin(intake, case, len(photo))).headers["location"]
    return (await patch(intake, url, 0, photo)).status_code, url


async def test_what_a_crash_left_before_its_case_was_written_goes(
    intake: Rig, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Kept and listed by nothing: for a day it may still be listed, then it is doubted, an hour later removed."""
    case = await intake.filed(COMPLAINT)
    with monkeypatch.context() as patched:
        patched.setattr(intake.store, "update", _dies)
        assert (await sent(intake, case, way))[0] == 503
    assert len(intake.files.files) == 1
    intake.clock.advance(LISTED_WITHIN - MINUTE)
    assert await intake.sweep.sweep() == Swept()
    intake.clock.advance(MINUTE)
    assert await intake.sweep.sweep() == Swept(doubted=1)
    intake.clock.advance(SWEPT_AFTER - MINUTE)
    assert await intake.sweep.sweep() == Swept()
    assert len(intake.files.files) == 1
    intake.clock.advance(MINUTE)
    assert await intake.sweep.sweep() == Swept(orphans=1)
    assert (intake.files.files, intake.files.parts) == ({}, {})


async def test_what_was_never_kept_goes_as_an_upload(intake: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The form's server died before either write: its time is that of an upload."""
    case = await intake.filed(COMPLAINT)
    with monkeypatch.context() as patched:
        patched.setattr(intake.store, "update", _dies)
        patched.setattr(intake.files, "keep", _dies)
        assert (await send(intake, case, files.jpeg())).status_code == 503
    intake.clock.advance(timedelta(hours=26))
    assert await intake.sweep.sweep() == Swept(uploads=1)
    assert intake.files.parts == {}


async def test_who_asks_again_in_time_has_his_file(intake: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """HEAD lists what a crash left unlisted; from then on no sweep takes it, nor asks about it again."""
    case = await intake.filed(COMPLAINT)
    with monkeypatch.context() as patched:
        patched.setattr(intake.store, "update", _dies)
        _, url = await sent(intake, case, "parts")
    assert url is not None
    evidence_id = (await head(intake, url)).headers["evidence-id"]
    intake.clock.advance(timedelta(days=2))
    assert await intake.sweep.sweep() == Swept()
    with monkeypatch.context() as patched:
        patched.setattr(intake.store, "by_id", _dies)
        intake.clock.advance(timedelta(days=400))
        assert await intake.sweep.sweep() == Swept()
    assert await intake.sweep.sweep_all() == Swept()
    assert (await intake.get(f"/v1/evidence/{evidence_id}", by=ASHA)).status_code == 200


@pytest.mark.parametrize("everything", [False, True])
async def test_a_file_whose_case_is_being_written_stays(
    intake: Rig, monkeypatch: pytest.MonkeyPatch, way: str, *, everything: bool
) -> None:
    """The sweep looks just between the file and its case, however long that takes: the case has its file."""
    case = await intake.filed(COMPLAINT)

    async def sweep() -> None:
        intake.clock.advance(LISTED_WITHIN)
        swept = await (intake.sweep.sweep_all() if everything else intake.sweep.sweep())
        assert swept == Swept(doubted=1)

    with monkeypatch.context() as patched:
        # The form's two writes do not wait for each other; in memory the file's comes first.
        patched.setattr(intake.store, "update", first(intake.store.update, sweep))
        assert (await sent(intake, case, way))[0] in {201, 204}
    for _ in range(3):
        intake.clock.advance(SWEPT_AFTER)
        assert await intake.sweep.sweep() == Swept()
    (file,) = intake.files.files.values()
    assert (file.expires_at, file.kept_at) == (None, None)
    assert (await intake.get(f"/v1/evidence/{file.evidence_id}", by=ASHA)).status_code == 200


async def test_nobody_gives_up_what_is_being_kept(intake: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """DELETE that read the upload before its last byte was recorded: 409, and the case keeps its evidence."""
    case = await intake.filed(COMPLAINT)
    photo = files.jpeg()
    url = (await begin(intake, case, len(photo))).headers["location"]

    async def finish() -> None:
        assert (await patch(intake, url, 0, photo)).status_code == 204

    with monkeypatch.context() as patched:
        patched.setattr(intake.files, "give_up", first(intake.files.give_up, finish))
        refused = await intake.http.delete(
            url, headers={"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {ASHA.sub}"}
        )
    assert (refused.status_code, refused.json()["code"]) == (409, "tus_offset_mismatch")
    (evidence_id,) = intake.store.cases[case["case_id"]].evidence
    assert (await intake.get(f"/v1/evidence/{evidence_id}", by=ASHA)).status_code == 200


async def test_the_look_at_everything_counts_before_it_removes(intake: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `dry` it counts an upload, an orphan and parts of nothing, and changes none; without, they go."""
    case = await intake.filed(COMPLAINT)
    listed = (await send(intake, case, files.png())).json()["evidence_id"]
    await begin(intake, case, 1_000)
    with monkeypatch.context() as patched:
        patched.setattr(intake.store, "update", _dies)
        assert (await send(intake, case, files.jpeg())).status_code == 503
    # As one that was kept before files were marked, and parts whose file was removed by a server that then died.
    orphan = next(one for one in intake.files.files.values() if one.expires_at is None and one.evidence_id != listed)
    intake.files.files[orphan.evidence_id] = replace(orphan, kept_at=None)
    intake.files.parts["alone"] = ("00000000-0000-7000-8000-000000000000", b"sealed")
    intake.clock.advance(timedelta(days=3))
    before = (dict(intake.files.files), dict(intake.files.parts))
    assert await intake.sweep.sweep_all(dry=True) == Swept(uploads=1, loose=1, doubted=1)
    assert (intake.files.files, intake.files.parts) == before
    assert await intake.sweep.sweep_all() == Swept(uploads=1, loose=1, doubted=1)
    intake.clock.advance(SWEPT_AFTER)
    assert await intake.sweep.sweep_all() == Swept(orphans=1)
    assert set(intake.files.files) == {listed}
    assert {of for of, _ in intake.files.parts.values()} == {listed}


async def test_what_is_young_is_left_alone(intake: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """`older_than` is the age by which a file must be listed."""
    case = await intake.filed(COMPLAINT)
    with monkeypatch.context() as patched:
        patched.setattr(intake.store, "update", _dies)
        assert (await send(intake, case, files.jpeg())).status_code == 503
    intake.clock.advance(timedelta(hours=71))
    assert await intake.sweep.sweep_all(timedelta(hours=72)) == Swept()
    intake.clock.advance(timedelta(hours=1))
    assert await intake.sweep.sweep_all(timedelta(hours=72)) == Swept(doubted=1)
