"""What intake decides, as pure functions: no clock, no network, no store."""
