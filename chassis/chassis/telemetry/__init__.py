"""What a service says of itself: logs without personal data, metrics, traces."""
