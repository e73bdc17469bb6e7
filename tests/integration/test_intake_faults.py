"""Intake on real servers: one case per key, nothing lost while Kafka is away, nothing promised while MongoDB is."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from event_schemas import IntakeEvent
from janseva_local import topics as local_topics
from janseva_local.servers import KafkaServer, MongoServer
from tests.integration.intake_rig import Deployment, deployment, first_occurrences

URL = "/v1/emergencies"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[KafkaServer]:
    """A Kafka that these tests may stop."""
    server = KafkaServer(tmp_path_factory.mktemp("intake-kafka"))
    await server.start()
    await local_topics.ensure(server.bootstrap)
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def intakes(own_kafka: KafkaServer, mongo_uri: str, tmp_path: Path) -> AsyncIterator[Deployment]:
    async with deployment(own_kafka.bootstrap, mongo_uri, tmp_path) as made:
        yield made


async def until_in_log(intakes: Deployment, case_ids: list[str], count: int) -> dict[str, list[IntakeEvent]]:
    """The first occurrences of each case's events, once each case has `count` of them."""
    async with asyncio.timeout(90):
        while True:
            log = await intakes.log_of(case_ids)
            firsts = {case_id: first_occurrences(envelopes) for case_id, envelopes in log.items()}
            if all(len(events) >= count for events in firsts.values()):
                break
            await asyncio.sleep(0.5)
    return {
        case_id: [one.data for one in events if isinstance(one.data, IntakeEvent)] for case_id, events in firsts.items()
    }


async def test_fifty_at_once_with_one_key_are_one_case(intakes: Deployment) -> None:
    """Over two instances, every 202 is the same answer, every other is asked to wait, and one event is in the log."""
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"service_code": "emergency-112", "kind": "fire"}

    async def post(number: int) -> httpx.Response:
        return await intakes.instances[number % 2].post(URL, json=body, headers=headers)

    answers = await asyncio.gather(*(post(number) for number in range(50)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    accepted = {answer.content for answer in answers if answer.status_code == 202}
    assert len(accepted) == 1
    again = await post(1)
    assert {again.content} == accepted
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency_in_progress"}
    (events,) = (await until_in_log(intakes, [again.json()["case_id"]], 1)).values()
    assert [event.case_seq for event in events] == [1]


async def test_fifty_strangers_with_one_number_are_fifty_cases(intakes: Deployment) -> None:
    """Over two instances, calls that name one number at once are cases of their own: a number proves nobody."""
    phone = f"98{uuid.uuid4().int % 10**8:08d}"
    calls = (intakes.instances[number % 2].post(URL, json={"phone": phone}) for number in range(50))
    answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["case_id"] for answer in answers}) == 50


async def test_fifty_taps_with_one_receipt_are_one_case(intakes: Deployment) -> None:
    """Over two instances, who holds the receipt adds to his case, with every word; for new help it is one case more."""
    first = (await intakes.instances[0].post(URL, json={"kind": "police", "note": "first"})).json()
    headers = {"X-Receipt": first["receipt_secret"]}

    async def tap(number: int, body: dict[str, Any]) -> str:
        answer = await intakes.instances[number % 2].post(URL, json=body, headers=headers)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["case_id"])

    joined = await asyncio.gather(*(tap(number, {"note": f"tap {number}"}) for number in range(20)))
    assert set(joined) == {first["case_id"]}
    more = await asyncio.gather(*(tap(number, {"kinds": ["police", "fire"]}) for number in range(20)))
    assert len({*more, first["case_id"]}) == 2


async def test_kafka_away_loses_and_disorders_nothing(intakes: Deployment, own_kafka: KafkaServer) -> None:
    """With Kafka stopped citizens and officers get 202 from both instances; the events follow in case_seq order."""
    first, second = intakes.instances
    dispatcher = intakes.officer("dispatcher", "HQ:control-room")
    await own_kafka.stop()
    started = asyncio.get_running_loop().time()
    filed = [(await instance.post(URL, json={"kind": "police"})).json() for instance in (first, second) * 5]
    case_ids = [answer["case_id"] for answer in filed]
    for round_, instance in enumerate((second, first, second, first)):
        for case_id in case_ids:
            body: dict[str, Any] = {"unit": f"U{round_}", "kind": "police"}
            answer = await instance.post(f"/v1/desk/cases/{case_id}/arrive", json=body, headers=dispatcher)
            assert answer.status_code == 202, answer.text
    assert asyncio.get_running_loop().time() - started < 30
    await own_kafka.restart()
    for case_id, events in (await until_in_log(intakes, case_ids, 5)).items():
        assert [event.case_seq for event in events] == [1, 2, 3, 4, 5], case_id


async def test_mongodb_away_promises_nothing(own_kafka: KafkaServer, tmp_path: Path) -> None:
    """With MongoDB stopped the answer is 503 with Retry-After; the same key afterwards is one case."""
    server = MongoServer(tmp_path / "mongo")
    await server.start()
    try:
        async with deployment(own_kafka.bootstrap, server.uri, tmp_path / "keys", instances=1) as made:
            (client,) = made.instances
            headers = {"Idempotency-Key": str(uuid.uuid4())}
            await server.stop()
            for call in (
                client.post(URL, json={"kind": "police"}, headers=headers),
                client.get("/v1/complaints/JS-26-32B6-TBMS-T", headers={"X-Receipt": "x"}),
            ):
                answer = await call
                assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
                assert "retry-after" in answer.headers
            assert (await client.get("/health/ready")).status_code == 503
            await server.restart()
            async with asyncio.timeout(60):
                while (answer := await client.post(URL, json={"kind": "police"}, headers=headers)).status_code != 202:
                    assert answer.status_code == 503
                    await asyncio.sleep(0.5)
            assert (await client.post(URL, json={"kind": "police"}, headers=headers)).content == answer.content
    finally:
        await server.stop()
