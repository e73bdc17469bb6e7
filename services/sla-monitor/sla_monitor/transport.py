"""Faust's Kafka transport with one change: a fetch waits 25 ms for more, not 1.5 s.

A client has one fetch under way with a broker. A partition that was being drained when it was sent is not in it, so a
tick of that partition would wait until the fetch comes back: up to 1.5 s of lateness, hard-coded in Faust.
"""

from typing import Any, Final

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport

FETCH_MAX_WAIT_MS: Final = 25


class PromptConsumerThread(AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_MAX_WAIT_MS  # noqa: SLF001  read when the consumer starts
        return consumer


class PromptConsumer(Consumer):
    def _new_consumer_thread(self) -> PromptConsumerThread:
        return PromptConsumerThread(self, loop=self.loop, beacon=self.beacon)


class PromptTransport(Transport):
    Consumer = PromptConsumer
