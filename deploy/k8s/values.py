"""What the cluster sets otherwise than the code's defaults, which are made for one machine. Overlays go further."""

SHARED: dict[str, str] = {
    "HTTP_HOST": "0.0.0.0",
    "HTTP_PORT": "8080",
    "ENVIRONMENT": "production",
    "KAFKA_BOOTSTRAP": "janseva-kafka-bootstrap.janseva-kafka.svc:9092",
    # One request in twenty is traced; an emergency's events carry their trace either way.
    "TRACE_SAMPLE_RATIO": "0.05",
}

OWN: dict[str, dict[str, str]] = {
    "intake": {"NOTIFIER_URL": "http://notifier", "CERTIFICATE_URL": "http://certificate"},
    "routing": {},
    "sla-monitor": {},
    "notifier": {},
    "certificate": {},
}

# Secrets a service's settings know of and its code never opens: it is not given them.
WITHHELD: dict[str, frozenset[str]] = {}
