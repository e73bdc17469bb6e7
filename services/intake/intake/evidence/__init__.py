"""Evidence: files that a citizen adds to a case. They come whole or in parts, are kept sealed and shown as copies."""
