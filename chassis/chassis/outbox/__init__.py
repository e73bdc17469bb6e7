"""The transactional outbox: entries written with a document's state, published in order afterwards."""
