"""The suite on one machine: Kafka, MongoDB, the five services, a provider server."""
