"""What every Janseva service stands on: Kafka, MongoDB, outbox, sealing, telemetry, HTTP."""
