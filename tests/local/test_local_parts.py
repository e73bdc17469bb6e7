"""The pure parts of the local stack: ports, keys, platform, restarts, environment, data files."""

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chassis.kafka.admin import TopicSpec
from chassis.policy_file import read_policies
from chassis.sealing import KeyRing
from chassis.settings import load_yaml
from event_schemas.clock_policy import ClockPolicy
from event_schemas.clock_rules import wording_of
from event_schemas.policies import DEFAULT_PATH
from event_schemas.topics import TOPICS
from janseva_local import keys, pick, screen
from janseva_local.folder import ROOT, AlreadyRunning, DataFolder, RunRecord, describe_process
from janseva_local.ports import OFFSETS, ports_from
from janseva_local.services import ALL, SERVICES, WEB, Surroundings, environment
from janseva_local.supervise import DeathCount, RestartPolicy
from janseva_local.support import missing_support

NOVEMBER = datetime(2026, 11, 22, tzinfo=UTC)
LINUX: dict[str, Any] = {"system": "Linux", "machine": "x86_64", "openssl_major": 3}


def test_one_port_base_moves_every_port() -> None:
    """No two parts share a port, at any base, and the default base is what the documentation says."""
    ports = ports_from(8000)
    assert len(set(ports.values())) == len(OFFSETS)
    assert (ports["web"], ports["intake"], ports["sla-monitor-emergency"], ports["provider"]) == (
        8000,
        8001,
        8003,
        8009,
    )
    assert ports_from(9000)["intake"] == 9001
    with pytest.raises(ValueError, match="PORT_BASE"):
        ports_from(65_500)


def test_keys_are_drawn_once_and_kept_private(tmp_path: Path) -> None:
    """A second start has the same keys: what was sealed opens again. Nobody else may read them."""
    first = keys.load_or_create(tmp_path / "keys", now=NOVEMBER)
    assert keys.load_or_create(tmp_path / "keys", now=NOVEMBER) == first
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_sealing_keys_cover_the_month_to_come_and_old_ones_stay(tmp_path: Path) -> None:
    """A suite that runs over the end of a month can seal; one started later still opens the old seals."""
    first = KeyRing.from_json(keys.load_or_create(tmp_path, now=NOVEMBER).sealing_keys)
    assert first.months == ("2026-11", "2026-12")
    sealed = first.seal("c_1", b"name", NOVEMBER)
    later = KeyRing.from_json(keys.load_or_create(tmp_path, now=datetime(2027, 1, 31, tzinfo=UTC)).sealing_keys)
    assert later.months == ("2026-11", "2026-12", "2027-01", "2027-02")
    assert later.open("c_1", sealed) == b"name"


def test_the_officers_public_keys_hold_no_private_part(tmp_path: Path) -> None:
    """The JWKS that services read has the public half of the key that signs, under the same id."""
    made = keys.load_or_create(tmp_path)
    (public,) = json.loads(made.officer_jwks.read_text())["keys"]
    private = json.loads(made.officer_key.read_text())
    assert "d" in private
    assert public == {name: value for name, value in private.items() if name != "d"}


def test_each_service_gets_its_own_secrets_and_no_others(tmp_path: Path) -> None:
    """Routing has no use for the key of citizens' tokens, so it does not get it."""
    env = {service.name: environment(service, surroundings(tmp_path)) for service in ALL}
    assert env["intake"]["CITIZEN_TOKEN_KEY"]
    assert "CITIZEN_TOKEN_KEY" not in env["routing"]
    assert "SEALING_KEYS" not in env["sla-monitor-emergency"]
    assert env["notifier"]["SMS_URL"] == "http://127.0.0.1:8009/cgi-bin/sendsms"
    assert env["notifier"]["SMS_PASSWORD"] == env["provider"]["SMS_PASSWORD"]
    assert len({one["HTTP_PORT"] for one in env.values()}) == len(ALL)
    assert env["certificate"]["MONGO_DATABASE"] == "janseva_certificate"


def test_the_pages_get_nothing_that_a_frontend_elsewhere_would_not_have(tmp_path: Path) -> None:
    """They know the services over their public HTTP API: no Kafka, no MongoDB, no token, no key but their own."""
    env = environment(WEB, surroundings(tmp_path, policies=tmp_path / "other.yaml"))
    given = set(env) - set(os.environ)
    assert {"INTAKE_URL", "ROUTING_URL", "LEDGER_URL", "PUBLIC_URL", "COOKIE_KEY"} <= given
    assert (
        not {"KAFKA_BOOTSTRAP", "MONGO_URI", "SERVICE_TOKEN", "SEALING_KEYS", "OFFICER_JWKS_FILE", "POLICIES_FILE"}
        & given
    )


def test_another_policy_file_reaches_those_who_read_policies(tmp_path: Path) -> None:
    """POLICIES_FILE is set for all services alike, and not at all by default."""
    given = surroundings(tmp_path, policies=tmp_path / "other.yaml")
    assert {environment(service, given)["POLICIES_FILE"] for service in SERVICES} == {str(tmp_path / "other.yaml")}
    assert "POLICIES_FILE" not in environment(SERVICES[0], surroundings(tmp_path))


@pytest.mark.parametrize(
    ("machine", "reason", "settings"),
    [
        ({"system": "Windows"}, "no wheel with Kafka and MongoDB for Windows", ["KAFKA_BOOTSTRAP", "MONGO_URI"]),
        ({"machine": "aarch64"}, "no wheel with MongoDB for Linux on aarch64", ["MONGO_URI"]),
        ({"system": "Darwin"}, "no wheel with MongoDB for Darwin on x86_64", ["MONGO_URI"]),
        ({"openssl_major": 1}, "needs OpenSSL 3", ["MONGO_URI"]),
    ],
)
def test_an_unsupported_platform_shows_what_to_set(machine: dict[str, Any], reason: str, settings: list[str]) -> None:
    """The message names the reason, the compose file and the settings of the servers that cannot run, and no others."""
    text = missing_support(**(LINUX | machine), existing={"kafka": False, "mongo": False}) or ""
    assert reason in text
    assert "deploy/compose/compose.yaml" in text
    assert (ROOT / "deploy/compose/compose.yaml").exists()
    assert [name for name in ("KAFKA_BOOTSTRAP", "MONGO_URI") if name in text] == settings


def test_given_servers_need_no_supported_platform() -> None:
    """With both servers given the suite runs anywhere Python does; Linux and a Mac with Apple silicon need neither."""
    elsewhere: dict[str, Any] = {"system": "FreeBSD", "machine": "amd64", "openssl_major": 3}
    assert missing_support(**elsewhere, existing={"kafka": True, "mongo": True}) is None
    only_mongo = missing_support(**elsewhere, existing={"kafka": False, "mongo": True}) or ""
    assert "KAFKA_BOOTSTRAP" in only_mongo
    assert "MONGO_URI" not in only_mongo
    mac: dict[str, Any] = {"system": "Darwin", "machine": "arm64", "openssl_major": 3}
    for machine in (LINUX, mac):
        assert missing_support(**machine, existing={"kafka": False, "mongo": False}) is None


def test_restarts_wait_longer_each_time_up_to_a_limit() -> None:
    """Backoff doubles from half a second and never exceeds the limit."""
    policy = RestartPolicy()
    assert [policy.wait(deaths) for deaths in (1, 2, 3, 9)] == [0.5, 1.0, 2.0, 15.0]


def test_only_recent_deaths_count() -> None:
    """A service that dies once an hour is restarted for ever."""
    deaths = DeathCount(RestartPolicy(window=timedelta(minutes=2)))
    assert [deaths.add("intake", now) for now in (0.0, 60.0, 119.0, 3600.0)] == [1, 2, 3, 1]
    assert deaths.add("routing", 3600.0) == 1


def test_a_data_folder_has_one_owner(tmp_path: Path) -> None:
    """A second suite on the same data is refused, with who has it and what to do; after release it is free."""
    first, second = DataFolder(tmp_path), DataFolder(tmp_path)
    first.hold()
    first.hold()
    first.write_record(RunRecord(state="ready", supervisor=describe_process(1), detached=False))
    with pytest.raises(AlreadyRunning, match="process 1: a suite already runs"):
        second.hold()
    first.release()
    second.hold()
    second.release()


def test_a_process_is_known_by_its_start_and_not_by_its_pid_alone() -> None:
    """`make down` never signals a stranger that got the pid of a dead process."""
    ours = describe_process(1)
    assert ours.find() is not None
    assert ours.model_copy(update={"created": ours.created - 100}).find() is None
    assert describe_process(None).find() is None


def test_the_demo_policies_differ_from_the_shipped_ones_in_times_alone() -> None:
    """The demo plays every promise of the latest edition, by its events and to its posts, in seconds that all count."""
    shipped, demo = read_policies(DEFAULT_PATH).latest, read_policies(ROOT / "deploy/local/policies.demo.yaml").latest
    assert [without_times(clock) for clock in demo.clocks] == [without_times(clock) for clock in shipped.clocks]
    assert max(clock.target for clock in demo.clocks) < timedelta(seconds=30)
    assert {clock.calendar for clock in demo.clocks} == {"elapsed"}
    for ours, theirs in zip(demo.clocks, shipped.clocks, strict=True):
        assert ours.warnings == pytest.approx(theirs.warnings, abs=1e-5)


def test_topics_are_made_as_the_registry_declares() -> None:
    """Partitions and configuration come from the registry, dead letters included."""
    specs = {spec.name: spec for spec in (TopicSpec.of(topic, "local") for topic in TOPICS)}
    assert specs["cases.emergency"].partitions == 4
    assert specs["directory.posts"].config["cleanup.policy"] == "compact"
    assert "cases.routine.dlq" in specs


def test_the_first_steps_name_the_running_suite() -> None:
    """No placeholder is left in the commands a reader copies, and each has a title."""
    steps = screen.first_steps({"intake": "http://127.0.0.1:9001", "provider": "http://127.0.0.1:9009"})
    text = "\n".join(commands for _, commands in steps)
    assert "@" not in text.replace('"$@"', "")
    assert "http://127.0.0.1:9001/v1/complaints" in text
    assert all(title and not title.startswith("#") for title, _ in steps)
    assert steps[-1][1] == "make demo"


def test_a_value_is_picked_out_of_json() -> None:
    """Names lead into objects, numbers into lists; a wrong path is an error."""
    document = [{"station": {"code": "5140003"}}]
    assert pick.pick(document, "0.station.code") == "5140003"
    with pytest.raises(LookupError):
        pick.pick(document, "0.station.name")


def test_the_compose_file_offers_what_the_suite_needs() -> None:
    """Both servers listen on loopback alone, with a health check, and MongoDB as the replica set the suite names."""
    compose = load_yaml(ROOT / "deploy/compose/compose.yaml")
    services = {name: one for name, one in compose["services"].items() if "profiles" not in one}
    assert {name: one["image"] for name, one in services.items()} == {
        "kafka": "apache/kafka:4.3.1",
        "mongo": "mongo:8.0",
    }
    for service in services.values():
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
        assert service["healthcheck"]["test"]
        assert {volume.split(":")[0] for volume in service["volumes"]} <= set(compose["volumes"])
    kafka = services["kafka"]["environment"]
    assert all(isinstance(value, str) for value in kafka.values())
    assert kafka["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert services["mongo"]["command"][:2] == ["--replSet", "rs0"]


def test_what_hq_looks_at_in_compose_listens_on_loopback() -> None:
    """Prometheus and Grafana share the machine's network, start only when asked for, and mount what is there."""
    folder = ROOT / "deploy/compose"
    compose = load_yaml(folder / "compose.yaml")
    watching = {name: one for name, one in compose["services"].items() if one.get("profiles") == ["hq"]}
    assert sorted(watching) == ["grafana", "prometheus"]
    for service in watching.values():
        places = [*service.get("command", ()), *service.get("environment", {}).values()]
        assert any("127.0.0.1" in place for place in places)
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert (folder / source).exists() if source.startswith(".") else source in compose["volumes"]


def surroundings(folder: Path, *, policies: Path | None = None) -> Surroundings:
    data = DataFolder(folder)
    made = keys.load_or_create(data.keys, now=NOVEMBER)
    return Surroundings(ports_from(8000), "127.0.0.1:8092", "mongodb://127.0.0.1:8017", made, data, policies)


def without_times(clock: ClockPolicy) -> dict[str, Any]:
    """What moves the clock, whom it is for and who is informed."""
    kept = {"clock", "source", "owner", "services", "per", "pausable", "pause_reasons"}
    steps = [(step.level, step.post) for step in clock.escalation]
    return clock.model_dump(include=kept) | {"events": wording_of(clock), "steps": steps, "cap": bool(clock.pause_cap)}
