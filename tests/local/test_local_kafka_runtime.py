"""Kafka's jars are fetched once, and are at hand for every start at every moment after."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import jgo
import pytest

from janseva_local import kafka_runtime
from janseva_local.process import ProcessFailed


@pytest.fixture
def builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A home of its own, and a jgo that as the real one takes an environment's jars away before it links them."""
    asked: list[str] = []

    def build(endpoint: str, *, update: bool) -> SimpleNamespace:
        assert update, "an environment of unknown state is made anew"
        asked.append(endpoint)
        name = endpoint.split(":")[1]
        folder = tmp_path / "envs" / name
        for kind in ("jars", "modules"):
            (folder / kind).mkdir(parents=True, exist_ok=True)
        jars = [folder / "modules" / f"{name}-1.jar"]
        if endpoint == kafka_runtime.KAFKA:
            jars.append(folder / "jars" / "other-1.jar")
        for jar in jars:
            jar.unlink(missing_ok=True)
        for jar in jars:
            jar.touch()
        return SimpleNamespace(path=folder)

    monkeypatch.setattr(jgo, "build", build)
    monkeypatch.setenv("HOME", str(tmp_path))
    return asked


def test_the_jars_are_fetched_once_whoever_starts(builds: list[str]) -> None:
    messages: list[str] = []
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: kafka_runtime.resolve(messages.append), range(40)))
    assert builds == [kafka_runtime.KAFKA, kafka_runtime.LOGGING]
    assert len(messages) == 1
    assert len({one.class_path for one in found}) == 1
    assert found[0].class_path.count("/jars/*") == found[0].class_path.count("/modules/*") == 1
    assert found[0].class_path.endswith("log4j-slf4j-impl-1.jar")


@pytest.mark.parametrize("broken", ["jar", "folder", "record", "version", "empty"])
def test_what_was_broken_off_or_removed_is_fetched_again(tmp_path: Path, builds: list[str], broken: str) -> None:
    first = kafka_runtime.resolve(lambda _: None)
    record = tmp_path / ".cache" / "janseva" / "kafka.json"
    match broken:
        case "jar":
            Path(first.class_path.split(":")[-1]).unlink()
        case "folder":
            (tmp_path / "envs" / "kafka_2.13" / "modules" / "kafka_2.13-1.jar").unlink()
        case "record":
            record.write_text("{", encoding="utf-8")
        case "version":
            record.write_text(json.dumps(json.loads(record.read_text()) | {"of": ["an older one"]}))
        case _:
            record.write_text(json.dumps({"of": [kafka_runtime.KAFKA, kafka_runtime.LOGGING], "class_path": []}))
    assert kafka_runtime.resolve(lambda _: None) == first
    assert len(builds) == 4


@pytest.mark.usefixtures("builds")
def test_a_fetch_without_the_jar_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jgo, "build", lambda *_, **__: SimpleNamespace(path=tmp_path / "nothing"))
    with pytest.raises(ProcessFailed, match="without its jar"):
        kafka_runtime.resolve(lambda _: None)
    assert not (tmp_path / ".cache" / "janseva" / "kafka.json").exists(), "the next start tries again"
