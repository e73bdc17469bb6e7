"""One worker of a lane: consumes batches, emits events, watches deadlines; reaches Kafka through ports alone."""
