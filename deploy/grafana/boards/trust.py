"""What says whether figures can be believed: ticks of the workers, watermarks of the ledger."""

# A partition none of whose deadlines waits has no age: it is up to date.
TICK_AGE = "janseva_sla_tick_age_seconds or janseva_sla_heap_entries * 0"
# Each process shows the watermarks that stand in MongoDB; the freshest view of a partition is the right one.
AGE = "janseva_sla_ledger_watermark_age_seconds"
WATERMARK_AGE = f"min by (topic, partition) ({AGE})"
WATERMARK = f"max by (topic, partition) (timestamp({AGE}) - {AGE})"
