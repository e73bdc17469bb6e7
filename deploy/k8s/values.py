"""What the cluster sets otherwise than the code's defaults, which are made for one machine. Overlays go further."""

SHARED: dict[str, str] = {
    "HTTP_HOST": "0.0.0.0",
    "HTTP_PORT": "8080",
    "OPS_PORT": "9090",
    "TRUSTED_PROXIES": "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fd00::/8",
    "ENVIRONMENT": "production",
    "KAFKA_BOOTSTRAP": "janseva-kafka-bootstrap.janseva-kafka.svc:9092",
    # One request in twenty is traced; an emergency's events carry their trace either way.
    "TRACE_SAMPLE_RATIO": "0.05",
}

OWN: dict[str, dict[str, str]] = {
    "intake": {
        "NOTIFIER_URL": "http://notifier",
        "CERTIFICATE_URL": "http://certificate",
        "PAGES_URL": "https://janseva.police.example",
    },
    "routing": {},
    "sla-monitor": {"CHANGELOG_REPLICATION": "3"},
    "sla-ledger": {},
    "notifier": {
        "SMS_URL": "http://kannel.sms-gateway.svc:13013/cgi-bin/sendsms",
        "RECEIPTS_URL": "http://notifier.janseva.svc",
        "RESEND_UNCONFIRMED": "emergency",
        "DELIVERY_REPORTS": "all",
        "REPORT_SIGNATURES": "none",
    },
    "certificate": {},
}

# What an operator must know before changing a value; it stands above the value in config.env.
REASONS: dict[str, str] = {
    "TRUSTED_PROXIES": "Where the gateway's pods may be: narrow it. A balancer before it makes PROXY_HOPS 2.",
    "CORS_ORIGINS": "The web pages that may call from a browser, each as https://host; empty: none.",
    "RESEND_UNCONFIRMED": "Stock Kannel drops no doubles: what it may have taken is sent again for emergencies alone.",
    "REPORT_SIGNATURES": "Stock Kannel can't sign; a gateway, or a proxy beside it, that can makes this 'required'.",
    "DELIVERY_REPORTS": "A report settles what was not heard to be taken; without one a routine message is given up.",
}

# The kinds of a program's workloads, by the file that gives each kind its secrets; otherwise a Deployment.
KINDS: dict[str, dict[str, str]] = {
    "sla-monitor": {"secrets.yaml": "StatefulSet"},
    "sla-ledger": {"secrets.yaml": "Deployment", "secrets-audit.yaml": "CronJob"},
}

# What differs between the workloads of one service stands in their manifests.
PER_WORKLOAD: dict[str, frozenset[str]] = {"sla-monitor": frozenset({"LANE"})}

# Secrets a service's settings know of and its code never opens: it is not given them.
WITHHELD: dict[str, frozenset[str]] = {
    "sla-monitor": frozenset({"SEALING_KEYS"}),
    "sla-ledger": frozenset({"SEALING_KEYS"}),
}
