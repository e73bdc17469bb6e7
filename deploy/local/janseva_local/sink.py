"""What the local provider accepted: kept in memory for reading, appended to a journal that survives a restart."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError


class SinkMessage(BaseModel):
    """One accepted message. `meta` is the whole meta-data; its group `janseva` names template, language and id.

    `repeats` counts how often the same notification was handed in again: it is delivered once all the same.
    """

    model_config = ConfigDict(frozen=True)

    number: int
    message_id: str
    to: str
    channel: str
    sender: str
    text: str
    template: str
    language: str
    notification_id: str | None
    received_at: AwareDatetime
    meta: Mapping[str, Mapping[str, str]]
    repeats: int = 0


class Repeat(BaseModel):
    """A journal line: message `repeat_of` was handed in again."""

    model_config = ConfigDict(frozen=True)

    repeat_of: int


Line = TypeAdapter[Repeat | SinkMessage](Repeat | SinkMessage)


class Sink:
    """Append-only; newest first when read. A line cut short by a crash was never acknowledged and is dropped.

    Like gateways that take a client's reference, it drops a double of the same notification to the same number.
    """

    def __init__(self, journal: Path) -> None:
        journal.parent.mkdir(parents=True, exist_ok=True)
        self._messages: list[SinkMessage] = []
        self._by_receiver: defaultdict[str, list[int]] = defaultdict(list)
        self._by_notification: dict[tuple[str, str], int] = {}
        good = self._load(journal.read_bytes()) if journal.exists() else 0
        self._journal = journal.open("ab")
        self._journal.truncate(good)

    def accept(
        self, *, to: str, sender: str, text: str, meta: Mapping[str, Mapping[str, str]], received_at: datetime
    ) -> SinkMessage:
        """Written to the journal before it counts as accepted. A double gives the message it repeats."""
        ours = meta.get("janseva", {})
        notification_id = ours.get("notification_id")
        known = self._by_notification.get((notification_id, to)) if notification_id else None
        if known is not None:
            self._write(Repeat(repeat_of=known))
            return self._messages[known - 1]
        number = len(self._messages) + 1
        message = SinkMessage(
            number=number,
            message_id=f"local-{number}",
            to=to,
            channel="sms",
            sender=sender,
            text=text,
            template=ours.get("template", ""),
            language=ours.get("language", ""),
            notification_id=notification_id,
            received_at=received_at,
            meta=meta,
        )
        self._write(message)
        return message

    def to(self, receiver: str) -> list[SinkMessage]:
        return [self._messages[number - 1] for number in reversed(self._by_receiver.get(receiver, []))]

    def page(self, *, before: int | None, limit: int) -> list[SinkMessage]:
        """The newest `limit` messages, or those before the message with number `before`."""
        end = len(self._messages) if before is None else max(0, min(before - 1, len(self._messages)))
        return self._messages[max(0, end - limit) : end][::-1]

    def __len__(self) -> int:
        return len(self._messages)

    def close(self) -> None:
        self._journal.close()

    def _write(self, line: SinkMessage | Repeat) -> None:
        self._journal.write(line.model_dump_json().encode() + b"\n")
        self._journal.flush()
        self._remember(line)

    def _load(self, content: bytes) -> int:
        """Remembers the journal and returns where its last whole line ends."""
        good = 0
        for line, end in _complete_lines(content):
            self._remember(line)
            good = end
        return good

    def _remember(self, line: SinkMessage | Repeat) -> None:
        if isinstance(line, Repeat):
            repeated = self._messages[line.repeat_of - 1]
            self._messages[line.repeat_of - 1] = repeated.model_copy(update={"repeats": repeated.repeats + 1})
            return
        self._messages.append(line)
        self._by_receiver[line.to].append(line.number)
        if line.notification_id:
            self._by_notification[line.notification_id, line.to] = line.number


def _complete_lines(content: bytes) -> Iterator[tuple[SinkMessage | Repeat, int]]:
    position = 0
    for line in content.splitlines(keepends=True):
        position += len(line)
        if not line.endswith(b"\n"):
            return
        try:
            yield Line.validate_json(line), position
        except ValidationError as error:
            raise ValueError(f"the journal is damaged before byte {position}: `make reset` starts anew") from error
