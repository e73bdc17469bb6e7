"""How Kafka and MongoDB of a secured suite are started: TLS, users, nobody without a name."""

import asyncio
from typing import Final

from chassis.kafka.admin import existing_topics
from chassis.kafka.clients import KafkaError
from event_schemas.access import OPERATOR, SERVICES
from janseva_local.secured import BROKER, SCRAM, Secured, subject_of

ANSWER_S: Final = 5.0

KAFKA_PROPERTIES: Final = """\
sasl.enabled.mechanisms={mechanism}
sasl.mechanism.inter.broker.protocol={mechanism}
listener.name.sasl_ssl.{lower}.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \
username="{broker}" password="{password}";
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={truststore}
listener.name.controller.ssl.client.auth=required
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:{broker};User:{operator};User:{subject}
"""


def secured_properties(secured: Secured) -> str:
    """What is added to Kafka's own: it holds a password."""
    return KAFKA_PROPERTIES.format(
        mechanism=SCRAM,
        lower=SCRAM.lower(),
        broker=BROKER,
        operator=OPERATOR,
        subject=subject_of(BROKER),
        password=secured.password(BROKER),
        keystore=secured.certificate(BROKER),
        truststore=secured.authority,
    )


def scram_users(secured: Secured) -> tuple[str, ...]:
    """Arguments of `kafka-storage format`: the users stand in the cluster's first records."""
    users = [f"{SCRAM}=[name={name},password={secured.password(name)}]" for name in (*SERVICES, OPERATOR, BROKER)]
    return tuple(argument for user in users for argument in ("--add-scram", user))


async def knows(bootstrap: str, secured: Secured) -> bool:
    """Whether the broker answers the operator."""
    try:
        async with asyncio.timeout(ANSWER_S):
            await existing_topics(bootstrap, wire=secured.kafka(OPERATOR))
    except (KafkaError, TimeoutError, OSError):
        return False
    return True


def mongod_options(secured: Secured) -> tuple[str, ...]:
    """TLS alone, and nobody without a name but whoever makes the first user."""
    certificate, authority = secured.certificate("mongo"), secured.authority
    tls = ("--tlsMode", "requireTLS", "--tlsCertificateKeyFile", str(certificate), "--tlsCAFile", str(authority))
    return (*tls, "--tlsAllowConnectionsWithoutCertificates", "--auth", "--keyFile", str(secured.cluster_key))
