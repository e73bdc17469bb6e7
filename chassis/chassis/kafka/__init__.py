"""Kafka: the producer, the batch consumer, readers without a group, offsets, and patches of aiokafka."""
