"""Every client of Kafka and MongoDB is made with the settings of the wire, and those settings fit together."""

# ruff: noqa: SLF001  what a client was made with is private to it

import ast
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from chassis.kafka import admin, clients, compacted, consumer, offsets, producer, readers
from chassis.mongo.client import Mongo
from chassis.settings import SettingsRefused, load
from chassis.wire import KafkaWire, MongoWire
from sla_monitor.faust_adapter.app import create_faust_app
from sla_monitor.faust_adapter.transport import PromptConsumerThread
from sla_monitor.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
# All that runs beside services; benchmarks and tests start servers of their own, in the open.
RUNNING = ("chassis/chassis", "schemas/event_schemas", "services", "cli", "web", "deploy")
MAKERS = {
    "AIOKafkaConsumer": "chassis/chassis/kafka/clients.py",
    "AIOKafkaProducer": "chassis/chassis/kafka/clients.py",
    "AIOKafkaAdminClient": "chassis/chassis/kafka/clients.py",
    "AIOKafkaClient": "",
    "AsyncIOMotorClient": "chassis/chassis/mongo/client.py",
    "MongoClient": "",
    "AsyncMongoClient": "",
    "App": "services/sla-monitor/sla_monitor/faust_adapter/app.py",
}


def test_every_client_is_made_where_the_settings_of_the_wire_are_read() -> None:
    made = {
        (name, path.relative_to(ROOT).as_posix())
        for part in RUNNING
        for path in (ROOT / part).rglob("*.py")
        if not {".venv", "tests"} & set(path.parts)
        for name in _called(ast.parse(path.read_text(encoding="utf-8")))
        if name in MAKERS
    }
    assert made == {(name, place) for name, place in MAKERS.items() if place}


def _called(tree: ast.Module) -> set[str]:
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    plain = [called.value if isinstance(called, ast.Subscript) else called for called in calls]
    return {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in plain}


@pytest.fixture(name="secured")
def _secured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    authority = tmp_path / "ca.pem"
    authority.write_bytes(_certificate())
    (tmp_path / "password").write_text("correct horse\n")
    (tmp_path / "token").write_text("first")
    for name, value in {
        "KAFKA_CA_FILE": str(authority),
        "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
        "KAFKA_USERNAME": "notifier",
        "KAFKA_PASSWORD_FILE": str(tmp_path / "password"),
        "MONGO_CA_FILE": str(authority),
        "MONGO_AUTH_MECHANISM": "SCRAM-SHA-256",
        "MONGO_USERNAME": "notifier",
        "MONGO_PASSWORD_FILE": str(tmp_path / "password"),
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path


class _MadeError(Exception):
    """What a client was made with: nothing connects."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.options = options


async def _bulk() -> None:
    async for _ in readers.read_stretches("kafka:9093", {("cases.routine", 0): 0}):
        pass


@pytest.mark.usefixtures("secured")
@pytest.mark.parametrize(
    "use",
    [
        lambda: compacted.CompactedView("kafka:9093", "directory.posts", lambda *_: None)._read(),
        lambda: producer.EventProducer("kafka:9093", client_id="routing")._connect(),
        _bulk,
        lambda: admin.create_topics("kafka:9093", []),
        lambda: admin.existing_topics("kafka:9093"),
        lambda: admin.partition_counts("kafka:9093"),
        lambda: offsets.TopicOffsets("kafka:9093", ["cases.routine"])._connect(),
        lambda: offsets.has_members("kafka:9093", "routing.routine"),
        lambda: offsets.move_group("kafka:9093", "routing.routine", {}),
    ],
    ids=["compacted", "producer", "bulk", "create", "list", "counts", "offsets", "members", "move"],
)
async def test_each_of_kafkas_clients_has_tls_a_name_and_a_password(use: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AIOKafkaConsumer", "AIOKafkaProducer", "AIOKafkaAdminClient"):
        monkeypatch.setattr(clients, name, _raise)
    with pytest.raises(_MadeError) as made:
        await use()
    _is_secured(made.value.options)
    assert made.value.options["client_id"]


def _raise(**options: Any) -> None:
    raise _MadeError(**options)


def _is_secured(options: dict[str, Any]) -> None:
    assert options["security_protocol"] == "SASL_SSL"
    assert options["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert options["ssl_context"].check_hostname
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("notifier", "correct horse")


@pytest.mark.usefixtures("secured")
async def test_the_consumer_of_a_group_has_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "AIOKafkaConsumer", _raise)
    made = object.__new__(consumer.BatchConsumer)
    made._bootstrap, made._group_id = "kafka:9093", "routing.routine"
    with pytest.raises(_MadeError) as found:
        made._client()
    _is_secured(found.value.options)
    assert found.value.options["client_id"] == "routing.routine"


@pytest.mark.usefixtures("secured")
async def test_fausts_consumers_and_producer_have_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_faust_app(Settings(state_dir=tmp_path, worker_name="one"), 4)
    # Of the thread only what makes its clients: a started one holds a loop of its own.
    thread: Any = object.__new__(PromptConsumerThread)
    thread.app, thread.consumer = app, SimpleNamespace(in_transaction=False)
    monkeypatch.setattr("aiokafka.AIOKafkaConsumer", _raise)
    for make in (thread._create_worker_consumer, thread._create_client_consumer):
        with pytest.raises(_MadeError) as made:
            make(app.transport)
        _is_secured(made.value.options)
        assert made.value.options["client_id"] == "sla-monitor.emergency.one"
    _is_secured({**app.producer._settings_default(), **app.producer._settings_auth()})


@pytest.mark.usefixtures("secured")
async def test_mongodbs_client_has_tls_a_name_and_a_password() -> None:
    mongo = Mongo("mongodb://mongo/?replicaSet=rs0", "janseva_notifier", app_name="notifier")
    options = mongo.database.client.delegate.options
    mongo.close()
    assert options._options["tls"] is True
    credentials = options.pool_options._credentials
    assert (credentials.mechanism, credentials.username, credentials.source) == ("SCRAM-SHA-256", "notifier", "admin")


async def test_a_token_is_read_anew_at_each_connection(secured: Path) -> None:
    options = clients.security(
        KafkaWire.model_construct(
            kafka_ca_file=secured / "ca.pem",
            kafka_sasl_mechanism="OAUTHBEARER",
            kafka_token_file=secured / "token",
        )
    )
    provider = options["sasl_oauth_token_provider"]
    assert (options["security_protocol"], await provider.token()) == ("SASL_SSL", "first")
    (secured / "token").write_text("second\n")
    assert await provider.token() == "second"


@pytest.mark.parametrize(
    ("kind", "environment", "sentence"),
    [
        (KafkaWire, {"KAFKA_USERNAME": "intake"}, "KAFKA_SASL_MECHANISM of SCRAM"),
        (KafkaWire, {"KAFKA_CERTIFICATE_FILE": "own.pem", "KAFKA_CA_FILE": "ca.pem"}, "belong together"),
        (
            KafkaWire,
            {"KAFKA_SASL_MECHANISM": "OAUTHBEARER", "KAFKA_TOKEN_FILE": "token"},
            "nobody proves himself to Kafka in the open",
        ),
        (KafkaWire, {"KAFKA_SASL_MECHANISM": "OAUTHBEARER", "KAFKA_CA_FILE": "ca.pem"}, "KAFKA_TOKEN_FILE"),
        (MongoWire, {"MONGO_PASSWORD_FILE": "password"}, "MONGO_AUTH_MECHANISM SCRAM-SHA-256"),
        (MongoWire, {"MONGO_AUTH_MECHANISM": "MONGODB-X509", "MONGO_CA_FILE": "ca.pem"}, "MONGO_CERTIFICATE_FILE"),
        (
            MongoWire,
            {"MONGO_AUTH_MECHANISM": "MONGODB-X509", "MONGO_CERTIFICATE_FILE": "own.pem"},
            "nobody proves himself to MongoDB in the open",
        ),
    ],
)
def test_settings_that_do_not_fit_together_are_refused_with_a_sentence(
    kind: type[KafkaWire], environment: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsRefused, match=sentence):
        load(kind)


def test_a_file_that_is_not_there_is_named_with_its_setting(secured: Path) -> None:
    (secured / "password").unlink()
    with pytest.raises(SettingsRefused, match=r"KAFKA_PASSWORD_FILE: .*password: No such file"):
        clients.security()
    with pytest.raises(SettingsRefused, match=r"MONGO_PASSWORD_FILE: .*password: No such file"):
        Mongo("mongodb://mongo/", "janseva_notifier", app_name="notifier")


def _certificate() -> bytes:
    key, name = Ed25519PrivateKey.generate(), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    now = datetime.now(UTC)
    made = made.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return made.sign(key, None).public_bytes(Encoding.PEM)
