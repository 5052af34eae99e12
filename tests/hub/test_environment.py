"""Settings from the environment say what is wrong, by name, without repeating secrets."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from hub.environment import VARIABLES, read_environment

PRODUCTION = {"SECRET_KEY": "k" * 50, "ALLOWED_HOSTS": "hub.example", "BASE_URL": "https://hub.example"}


def test_production_needs_little():
    found = read_environment(PRODUCTION)
    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["hub.example"]
    assert found["ELASTICSEARCH_URL"] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("ALLOWED_HOSTS", ""),
        ("DEBUG", "perhaps"),
        ("BASE_URL", "hub.example"),
        ("DATABASE_URL", "mysql://somewhere/db"),
        ("DATABASE_CONN_MAX_AGE", "-1"),
        ("DATABASE_CONN_MAX_AGE", "a minute"),
        ("ELASTICSEARCH_URL", "localhost:9200"),
        ("ELASTICSEARCH_URL", "http://one:9200,two"),
        ("CACHE_URL", "memcached://somewhere"),
        ("EMAIL_URL", "carrier-pigeon://somewhere"),
        ("CLAMAV_URL", "http://127.0.0.1:3310"),
        ("CLAMAV_URL", "unix://"),
        ("MEDIA_STORAGE_URL", "s3://bucket"),
        ("TASKS_BACKEND", "someday"),
        ("MACHINE_TRANSLATION_MARKING", "RED"),
        ("SECURITY_CONTACT", "security@hub.example"),
    ],
)
def test_a_wrong_value_names_its_variable(name, value):
    with pytest.raises(ImproperlyConfigured, match=name):
        read_environment({**PRODUCTION, name: value})


def test_the_message_does_not_repeat_the_value():
    with pytest.raises(ImproperlyConfigured) as caught:
        read_environment({**PRODUCTION, "DATABASE_URL": "mysql://root:hunter2@somewhere/db"})
    assert "hunter2" not in str(caught.value)


def test_development_needs_nothing():
    assert read_environment({"DEBUG": "true"})["SECRET_KEY"]


def test_every_variable_is_documented():
    from hub.environment import BASE_DIR

    page = (BASE_DIR / "docs" / "administrators.md").read_text()
    assert [variable.name for variable in VARIABLES if f"`{variable.name}`" not in page] == []
