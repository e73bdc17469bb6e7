"""Records as whole batches: each goes where Kafka's own client would have sent it, in its order."""

from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from chassis.kafka.batches import FEW, SMALL_BYTES, go_as_batches, partition_of, runs_of
from event_schemas import WireRecord

choose = DefaultPartitioner()


@given(key=st.binary(max_size=80), partitions=st.integers(min_value=1, max_value=60))
def test_a_key_has_the_partition_that_the_client_gives_it(key: bytes, partitions: int) -> None:
    """Batches and single records of one case meet in one partition."""
    assert partition_of(key, range(partitions)) == choose(key, list(range(partitions)), [])


@given(keys=st.lists(st.sampled_from([b"a", b"bc", b"def", b"c_01ABC"]), max_size=50))
def test_runs_keep_the_order_of_their_records(keys: list[bytes]) -> None:
    """Within a partition the records stand as they were given, and none is lost."""
    records = [WireRecord(key, str(number).encode(), ()) for number, key in enumerate(keys)]
    runs = runs_of([(record, None) for record in records], (0, 1, 2))
    for number, run in runs.items():
        assert list(run) == [record for record in records if partition_of(record.key, (0, 1, 2)) == number]
    assert sum(len(run) for run in runs.values()) == len(records)


def test_few_records_and_large_ones_go_one_by_one() -> None:
    """Single records share batches with those of other callers, and only there a size over the limit is refused."""
    small = ("t", WireRecord(b"k", b"v", ()))
    large = ("t", WireRecord(b"k", b"v" * SMALL_BYTES, ()))
    assert go_as_batches([small] * FEW)
    assert not go_as_batches([small] * (FEW - 1))
    assert not go_as_batches([small] * FEW + [large])
