"""Evidence over a real connection and on a real MongoDB: links that are cut, strangers, and what is at rest."""

import asyncio
import hashlib
import io
import os
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from PIL import Image

from chassis.mongo.client import Mongo
from chassis.run import Served
from intake.evidence.store import PARTS, File, FileStore, MongoFileStore, Part
from janseva_local.topics import ensure
from tests.intake.evidence_memory import MemoryFileStore
from tests.intake.evidence_rig import PART, TUS
from tests.intake.intake_rig import START
from tests.integration.intake_rig import Deployment, deployment

CUT_EVERY = 500_000


@pytest_asyncio.fixture
async def intakes(own_kafka: str, mongo_uri: str, tmp_path: Path) -> AsyncIterator[Deployment]:
    await ensure(own_kafka)
    async with deployment(own_kafka, mongo_uri, tmp_path, instances=1) as made:
        yield made


def noise(side: int = 2_700) -> bytes:
    """A photo of about 10 MB: noise does not pack."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "a telephone"
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(out, "JPEG", quality=97, exif=exif)
    return out.getvalue()


async def cut_patch(port: int, path: str, offset: int, content: bytes, receipt: str) -> None:
    """Everything from the offset is announced, CUT_EVERY bytes are sent, and the link breaks without a word."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    headers = {**PART, "Host": "i", "X-Receipt": receipt}
    headers |= {"Upload-Offset": str(offset), "Content-Length": str(len(content) - offset)}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"PATCH {path} HTTP/1.1\r\n{head}\r\n".encode())
    writer.write(content[offset : offset + CUT_EVERY])
    await writer.drain()
    await asyncio.sleep(0.05)
    if offset + CUT_EVERY >= len(content):
        assert b" 204 " in await reader.readline()
    writer.transport.abort()


async def test_ten_megabytes_arrive_over_a_link_that_is_cut(intakes: Deployment, mongo_uri: str) -> None:
    """Cut every 500 kB, the client asks where it stands and goes on: what arrives is what was sent, hash for hash.
    Nobody else can ask, go on or read; what is at rest is sealed; the copy that is shown is no longer a telephone's."""
    (client,) = intakes.instances
    case = (await client.post("/v1/emergencies", json={"kind": "police"})).json()
    other = (await client.post("/v1/emergencies", json={"kind": "fire"})).json()
    receipt = {"X-Receipt": case["receipt_secret"]}
    content = noise()
    assert 9_000_000 < len(content) < 14_000_000
    sha256 = hashlib.sha256(content).hexdigest()
    uploads = f"/v1/complaints/{case['tracking_number']}/evidence"
    begun = await client.post(uploads, headers={**TUS, **receipt, "Upload-Length": str(len(content))})
    assert begun.status_code == 201, begun.text
    path = httpx.URL(begun.headers["location"]).path
    cuts = 0
    async with Served(intakes.apps[0], host="127.0.0.1", port=0) as served:
        offset = 0
        async with asyncio.timeout(120):
            while offset < len(content):
                await cut_patch(served.port, path, offset, content, case["receipt_secret"])
                before = offset
                while True:
                    stands = await client.head(path, headers={**TUS, **receipt})
                    offset = int(stands.headers["upload-offset"])
                    if offset > before:
                        break
                    await asyncio.sleep(0.05)
                cuts += offset < len(content)
    assert cuts >= len(content) // CUT_EVERY - 1
    assert stands.headers["evidence-sha256"] == sha256
    for stranger in ({}, {"X-Receipt": other["receipt_secret"]}):
        answers = [
            await client.head(path, headers={**TUS, **stranger}),
            await client.patch(path, content=b"x", headers={**PART, **stranger, "Upload-Offset": str(len(content))}),
            await client.delete(path, headers={**TUS, **stranger}),
            await client.get(path, headers=stranger),
        ]
        assert {answer.status_code for answer in answers} == {404}
    await _at_rest(intakes, mongo_uri, content)
    evidence = f"/v1/evidence/{stands.headers['evidence-id']}"
    dispatcher = intakes.officer("dispatcher", "HQ:control-room")
    sho = intakes.officer("sho", "SHO:5140012", "5140012")
    shown = await client.get(evidence, headers=receipt)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert b"a telephone" not in shown.content
    assert (await client.get(evidence, headers=dispatcher)).content == shown.content
    refused = [(await client.get(evidence, headers=headers)).status_code for headers in ({}, sho)]
    assert refused == [404, 404]
    status = (await client.get(f"/v1/complaints/{case['tracking_number']}", headers=receipt)).json()
    assert [(one["sha256"], one["bytes"]) for one in status["evidence"]] == [(sha256, len(content))]
    added = await intakes.until_in_log(case["case_id"], "EvidenceAdded")
    assert (added.data.sha256, added.data.bytes) == (sha256, len(content))


async def _at_rest(intakes: Deployment, mongo_uri: str, content: bytes) -> None:
    mongo = Mongo(mongo_uri, intakes.settings.mongo_database, app_name="test")
    stored = await mongo.collection(PARTS).find().to_list(None)
    mongo.close()
    assert sum(len(part["sealed"]) for part in stored) >= len(content)
    pieces = [content[start : start + 64] for start in range(0, len(content), 100_000)]
    assert not [1 for part in stored for piece in pieces if piece in part["sealed"]]


@pytest_asyncio.fixture(params=["memory", "mongo"])
async def files(request: pytest.FixtureRequest, mongo_uri: str) -> AsyncIterator[FileStore]:
    if request.param == "memory":
        yield MemoryFileStore()
        return
    mongo = Mongo(mongo_uri, f"intake_files_{uuid.uuid4().hex[:12]}", app_name="test")
    store = MongoFileStore(mongo)
    await store.ensure_indexes()
    yield store
    await mongo.database.client.drop_database(mongo.database.name)
    mongo.close()


def a_file(evidence_id: str = "e_1", **more: Any) -> File:
    return replace(File(evidence_id, "c_1", 10, "key", START, START + timedelta(hours=1)), **more)


async def expired(files: FileStore, by: datetime) -> list[str]:
    return [file.evidence_id async for file in files.expired(by)]


async def test_parts_follow_one_another(files: FileStore) -> None:
    """Of writers at one offset one goes on, the parts of the others are never read, and kept files expire no more."""
    await files.open(a_file())
    later = START + timedelta(hours=2)
    answers = await asyncio.gather(
        *(files.append(a_file(), Part(f"p{number}", 0, 4, b"abcd"), later) for number in range(5))
    )
    longer = [answer for answer in answers if answer is not None]
    assert [(file.offset, len(file.parts), file.expires_at) for file in longer] == [(4, 1, later)]
    whole = await files.append(longer[0], Part("last", 4, 6, b"efghij"), later)
    assert whole is not None
    assert whole.is_whole
    assert await files.find("e_1") == whole
    assert await files.sealed(whole.parts) == (b"abcd", b"efghij")
    assert [file.evidence_id for file in await files.arriving("c_1", START)] == ["e_1"]
    kept = await files.keep(whole, whole.parts, later)
    assert kept == replace(whole, expires_at=None, kept_at=later)
    assert await files.arriving("c_1", START) == ()
    assert await files.append(whole, Part("late", 10, 1, b"x"), later) is None
    assert await expired(files, later + timedelta(days=400)) == []
    await files.put("e_1", [Part("copy", 0, 3, b"xyz")])
    await files.keep_copy("e_1", [Part("copy", 0, 3, b"xyz").ref])
    found = await files.find("e_1")
    assert found is not None
    assert await files.sealed(found.copy) == (b"xyz",)


async def test_what_expires_is_gone_with_its_parts(files: FileStore) -> None:
    """At its hour, not before; giving up does the same at once; what is gone cannot be kept."""
    for name in ("e_1", "e_2", "e_3"):
        await files.open(a_file(name))
    hour = START + timedelta(hours=1)
    first = await files.append(a_file("e_1"), Part("p1", 0, 4, b"abcd"), hour)
    assert first is not None
    await files.append(a_file("e_2"), Part("p2", 0, 4, b"abcd"), hour + timedelta(hours=1))
    await files.remove("e_3")
    assert await expired(files, hour - timedelta(seconds=1)) == []
    assert await expired(files, hour) == ["e_1"]
    assert not await files.remove_expired(first, hour - timedelta(seconds=1))
    assert await files.remove_expired(first, hour)
    assert not await files.remove_expired(first, hour)
    assert await files.find("e_1") is None
    assert await files.keep(first, first.parts, hour) is None
    with pytest.raises(LookupError):
        await files.sealed(first.parts)
    assert await files.find("e_2") is not None
