"""All that others than a post may read (logs, metrics, topics, collections), and whether a secret stands in it."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
from bson.raw_bson import RawBSONDocument
from motor.motor_asyncio import AsyncIOMotorClient

from chassis.kafka.admin import end_offsets
from chassis.kafka.readers import read_log
from chassis.mongo.client import make_client
from event_schemas import topics

# It holds what the provider was given in clear, as a phone does.
PROVIDER = "provider"


async def places_of(
    logs: Path, urls: Mapping[str, str], bootstrap: str, mongo_uri: str, http: httpx.AsyncClient
) -> dict[str, bytes]:
    """Logs, metrics, every topic, and every collection of every service, by name."""
    places = _logs(logs)
    for name, url in urls.items():
        if name != PROVIDER:
            places[f"metrics of {name}"] = (await http.get(f"{url}/metrics")).content
    records: dict[str, list[bytes]] = {}
    every_topic = [topic.name for topic in topics.TOPICS]
    async for entry in read_log(bootstrap, {}, await end_offsets(bootstrap, every_topic)):
        whole = (entry.record.key or b"", entry.record.value, *(value for _, value in entry.record.headers))
        records.setdefault(entry.topic, []).extend(whole)
    places |= {f"topic {name}": b"\n".join(contents) for name, contents in records.items()}
    client: AsyncIOMotorClient[RawBSONDocument] = make_client(mongo_uri, document_class=RawBSONDocument)
    for name in await client.list_database_names():
        if name.startswith("janseva_"):
            for collection in await client[name].list_collection_names():
                found = [document.raw async for document in client[name][collection].find({})]
                places[f"{name}.{collection}"] = b"\n".join(found)
    client.close()
    return places


def _logs(folder: Path) -> dict[str, bytes]:
    return {f"log of {path.stem}": path.read_bytes() for path in folder.glob("*.log")}


def disguises(secret: str) -> Iterator[bytes]:
    """The value as it would look in clear, in JSON, in a URL and in base64 at any of its three offsets."""
    raw = secret.encode()
    yield raw
    yield secret.encode("unicode_escape")
    yield quote(secret).encode()
    yield quote(secret).lower().encode()
    yield quote_plus(secret).encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
        yield encoded[4 if shift else 0 : -2]


def found_in(places: Mapping[str, bytes], secrets: Sequence[str]) -> list[str]:
    """The places in which any of the secrets stands, in whatever dress."""
    wanted = {disguise for secret in secrets for disguise in disguises(secret)}
    return sorted(place for place, content in places.items() if any(one in content for one in wanted))
