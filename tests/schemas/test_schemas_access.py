"""What a service may do follows from the registry: all that it does, and nothing that is another's."""

import importlib
from typing import TypeGuard

import pytest

from chassis.settings import ServiceSettings
from event_schemas.access import DATABASES, SERVICES, Grant, grants_of, is_own
from event_schemas.topics import TOPICS

SETTINGS = {
    "intake": ("intake.settings",),
    "routing": ("routing.settings",),
    "sla-monitor": ("sla_monitor.settings", "sla_monitor.ledger.settings"),
    "notifier": ("notifier.settings",),
    "certificate": ("certificate.settings",),
}


def test_a_service_writes_what_it_produces_and_reads_what_it_consumes() -> None:
    for topic in TOPICS:
        allowed = {
            (name, operation)
            for name in SERVICES
            for grant in grants_of(name)
            if grant.resource == "topic" and grant.name == topic.name
            for operation in grant.operations
            if operation != "Describe"
        }
        written = {(name, "Write") for name in topic.producers}
        read = {(name, "Read") for name in topic.consumers}
        compared = {(name, "Read") for name in topic.producers if topic.cleanup == "compact"}
        assert allowed == written | read | compared


def test_each_service_of_the_registry_has_grants_and_no_other_name() -> None:
    assert {name for topic in TOPICS for name in (*topic.producers, *topic.consumers)} == set(SERVICES)
    with pytest.raises(KeyError):
        grants_of("operator")


def test_no_group_or_prefix_of_a_service_covers_anothers() -> None:
    prefixes = [(name, one) for name in SERVICES for one in grants_of(name) if one.prefix]
    for name, grant in prefixes:
        others = [one for other in SERVICES if other != name for one in grants_of(other)]
        assert not [one for one in others if one.resource == grant.resource and one.name.startswith(grant.name)]


def test_the_monitor_keeps_its_changelogs_and_its_ledger_a_group_of_its_own() -> None:
    grants = grants_of("sla-monitor")
    assert Grant("topic", "sla-monitor.", ("Read", "Write", "Describe"), prefix=True) in grants
    assert {grant.name for grant in grants if grant.resource == "group"} == {"sla-monitor.", "sla-ledger."}


def test_a_database_is_the_one_that_the_services_own_settings_name() -> None:
    for service, modules in SETTINGS.items():
        for module in modules:
            kinds = [kind for kind in vars(importlib.import_module(module)).values() if _is_own_settings(kind, module)]
            assert [kind.model_fields["mongo_database"].default for kind in kinds] == [DATABASES[service]]


def _is_own_settings(kind: object, module: str) -> TypeGuard[type[ServiceSettings]]:
    return isinstance(kind, type) and issubclass(kind, ServiceSettings) and kind.__module__ == module


def test_the_dead_letters_of_a_topic_are_written_by_who_consumes_it() -> None:
    assert is_own("cases.routine.dlq", "notifier")
    assert not is_own("directory.posts.dlq", "certificate")
