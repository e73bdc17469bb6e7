"""Personal data stays sealed: none of it in a log, a metric, an event or a dead letter of the running suite."""

import base64
import uuid
from collections.abc import Iterator
from urllib.parse import quote

import httpx

from chassis.kafka.admin import end_offsets
from chassis.kafka.readers import read_log
from event_schemas import topics
from janseva_local.demo.citizens import Suite, log_in
from janseva_local.stack import Stack
from tests.e2e.waiting import until

PHONE = "+919812345067"
SECRETS = {
    "name": "Sulochana Vaidehisharan",
    "hindi name": "सुलोचना वैदेहीशरण",
    "address": "Mohalla Kumharpatti, house 4711",
    "text": "जमीन विवाद का गुप्त विवरण",
    "phone": "9812345067",
    "aadhaar": "234123412346",
}


def disguises(secret: str) -> Iterator[bytes]:
    """The value as it would look in clear, in JSON, in a URL and in base64 at any of its three offsets."""
    raw = secret.encode()
    yield raw
    yield secret.encode("unicode_escape")
    yield quote(secret).encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
        yield encoded[4 if shift else 0 : -2]


async def test_e2e_no_personal_data_outside_the_seal(stack: Stack) -> None:
    """A complaint full of known values is filed, assigned and notified; then all that others may read is searched."""
    async with httpx.AsyncClient(timeout=20) as http:
        suite = Suite(stack.urls["intake"], stack.urls["routing"], stack.urls["provider"])
        token = await log_in(http, suite, PHONE)
        body = {
            "service_code": "e-complaint",
            "language": "hi",
            "channel": "web",
            "complainant": {"name": f"{SECRETS['name']} {SECRETS['hindi name']}", "address": SECRETS["address"]},
            "description": f"{SECRETS['text']} {SECRETS['aadhaar']} {PHONE}",
            "location": {"lat": 25.61, "lon": 85.14},
        }
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
        answer = await http.post(f"{suite.intake}/v1/complaints", json=body, headers=headers)
        assert answer.status_code == 202, answer.text
        malformed = answer.request.content.replace(b'"language":"hi"', b'"language":7')
        refused = await http.post(f"{suite.intake}/v1/complaints", content=malformed, headers=headers)
        assert refused.status_code in (409, 422)

        async def notified() -> bool:
            inbox = await http.get(f"{suite.provider}/v1/sink", params={"to": PHONE})
            return {"filed", "assigned"} <= {message["template"] for message in inbox.json()}

        await until(notified, within_s=30)
        places = {f"log of {path.stem}": path.read_bytes() for path in stack.folder.logs.glob("*.log")}
        for name, url in stack.urls.items():
            if name != "provider":
                places[f"metrics of {name}"] = (await http.get(f"{url}/metrics")).content
    every_topic = [topic.name for topic in topics.TOPICS]
    async for entry in read_log(stack.kafka_bootstrap, {}, await end_offsets(stack.kafka_bootstrap, every_topic)):
        whole = b"".join((entry.record.key or b"", entry.record.value, *(value for _, value in entry.record.headers)))
        places[f"{entry.topic} {entry.partition}:{entry.offset}"] = whole
    assert len(places) > 20
    found = [
        f"{what} in {place}"
        for place, content in places.items()
        for what, secret in SECRETS.items()
        for disguise in disguises(secret)
        if disguise in content
    ]
    assert found == []
