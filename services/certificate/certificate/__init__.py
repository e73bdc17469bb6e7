"""Certificate: issues and verifies police certificates."""
