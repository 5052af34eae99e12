"""Settings from the environment: one table, each value checked at start with an error that names its variable."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
DEVELOPMENT_KEY = "only-for-development-and-tests-never-for-a-site-that-others-reach"


@dataclass(frozen=True)
class Variable:
    """One setting: name, what it is for (docs/administrators.md prints this), its default, how it is read."""

    name: str
    meaning: str
    default: str
    read: Callable[[str], Any]


def _boolean(value: str) -> bool:
    match value.strip().lower():
        case "1" | "true" | "yes" | "on":
            return True
        case "0" | "false" | "no" | "off" | "":
            return False
    raise ValueError("must be true or false")


def _names(value: str) -> list[str]:
    return [name.strip() for name in value.split(",") if name.strip()]


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address that begins with http:// or https://")
    return value.rstrip("/")


def _urls(value: str) -> list[str]:
    return [_url(each) for each in _names(value)]


def _database(value: str) -> dict[str, Any]:
    if value.partition("://")[0] not in {"sqlite", "postgres", "postgresql"}:
        raise ValueError("must begin with sqlite:/// or postgres://")
    return dict(environ.Env.db_url_config(value))


def _cache(value: str) -> dict[str, Any]:
    scheme = value.partition("://")[0]
    if scheme == "locmem":
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5000}}
    if scheme in {"redis", "rediss"}:
        return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": value}
    raise ValueError("must begin with locmem:// or redis://")


def _email(value: str) -> dict[str, Any]:
    parts = urlsplit(value)
    if parts.scheme == "consolemail":
        return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme not in {"smtp", "smtp+tls", "smtp+ssl"} or not parts.hostname:
        raise ValueError("must be consolemail:// or smtp+tls://user:password@host:587")
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": parts.port or 587,
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": parts.scheme == "smtp+tls",
            "use_ssl": parts.scheme == "smtp+ssl",
            "timeout": 10,
        },
    }


def _contact(value: str) -> str:
    if value and (not value.startswith(("https://", "mailto:", "tel:")) or not value.isprintable() or " " in value):
        raise ValueError("must begin with https://, mailto: or tel:")
    return value


def _tasks(value: str) -> str:
    if value not in {"immediate", "database"}:
        raise ValueError("must be immediate or database")
    return value


def _number(value: str) -> int:
    number = int(value)
    if number < 0:
        raise ValueError("must not be negative")
    return number


def _audit_days(value: str) -> int:
    days = int(value)
    if days < 30:
        raise ValueError("must be at least 30")
    return days


def _storage(value: str) -> dict[str, Any]:
    """Return the storage of uploaded files for Django's STORAGES, and the origin its signed addresses have."""
    if not value:
        return {}
    parts = urlsplit(value)
    options = dict(parse_qsl(parts.query))
    endpoint, region = options.pop("endpoint", ""), options.pop("region", "")
    if parts.scheme != "s3" or not parts.hostname or options or not (endpoint or region):
        raise ValueError("must be s3://key:secret@bucket?endpoint=https://storage.example.org, or …?region=…")
    if endpoint:
        endpoint = _url(endpoint)
    return {
        "BACKEND": "knowledge.object_storage.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.hostname,
            "access_key": unquote(parts.username or "") or None,
            "secret_key": unquote(parts.password or "") or None,
            "endpoint_url": endpoint or None,
            "region_name": region or None,
            "addressing_style": "path" if endpoint else "virtual",
            "signature_version": "s3v4",
            "querystring_auth": True,
            "default_acl": None,
            "file_overwrite": False,
        },
        "ORIGIN": endpoint or f"https://{parts.hostname}.s3.{region}.amazonaws.com",
    }


def _scanner(value: str) -> str:
    parts = urlsplit(value)
    if value and not (parts.scheme == "tcp" and parts.hostname) and not (parts.scheme == "unix" and parts.path):
        raise ValueError("must be tcp://host:3310 or unix:///path/of/clamd.sock")
    return value


def _marking(value: str) -> str:
    if value not in {"CLEAR", "GREEN"}:
        raise ValueError("must be CLEAR or GREEN")
    return value


def _optional(read: Callable[[str], Any], otherwise: Any = "") -> Callable[[str], Any]:
    """Return what reads a value as another does, and an empty one as `otherwise`."""
    return lambda value: read(value) if value else otherwise


def _price(value: str) -> Decimal:
    try:
        price = Decimal(value)
    except InvalidOperation:
        raise ValueError("must be a number, as 20 or 17.50") from None
    if not price.is_finite() or price < 0:
        raise ValueError("must be a number, as 20 or 17.50")
    return price


PRICE = _optional(_price, None)
MACHINES = ("libretranslate", "deepl", "openai")


def _machines_by_language(value: str) -> dict[str, str]:
    found = {}
    for each in _names(value):
        language, _equals, machine = each.partition("=")
        if not language or machine not in MACHINES:
            raise ValueError(f"must be pairs as ar=libretranslate, with one of {', '.join(MACHINES)}")
        found[language.strip()] = machine
    return found


VARIABLES = [
    Variable("DEBUG", "Development only: shows errors to everyone.", "false", _boolean),
    Variable("SECRET_KEY", "Signs sessions and links; at least 50 random characters.", "", str),
    Variable("ALLOWED_HOSTS", "Host names the site answers to, separated by commas.", "", _names),
    Variable("BASE_URL", "The address people reach the site at.", "http://127.0.0.1:8000", _url),
    Variable("DATABASE_URL", "sqlite:///path or postgres://user:password@host:port/name.", "", _database),
    Variable("DATABASE_CONN_MAX_AGE", "Seconds a database connection is kept.", "60", _number),
    Variable(
        "ELASTICSEARCH_URL",
        "Nodes of the cluster, separated by commas; empty: search by the database.",
        "",
        _urls,
    ),
    Variable("ELASTICSEARCH_API_KEY", "API key for the cluster, if it asks for one.", "", str),
    Variable("ELASTICSEARCH_CA", "File with the certificate authority of the cluster.", "", str),
    Variable("ELASTICSEARCH_PREFIX", "First part of the names of the hub's indexes.", "gkh", str),
    Variable("CACHE_URL", "locmem:// for one process, redis://host:port/0 for several.", "locmem://", _cache),
    Variable("EMAIL_URL", "smtp+tls://user:password@host:587, or consolemail://.", "consolemail://", _email),
    Variable("DEFAULT_FROM_EMAIL", "Sender of the site's e-mails.", "hub@example.org", str),
    Variable("MEDIA_ROOT", "Folder of uploaded files; never inside a public one.", "", str),
    Variable(
        "MEDIA_STORAGE_URL",
        "Object storage for uploaded files, s3://key:secret@bucket?endpoint=https://…, instead of MEDIA_ROOT.",
        "",
        _storage,
    ),
    Variable(
        "X_ACCEL_REDIRECT",
        "Internal location at which the front server hands out MEDIA_ROOT; empty: the application does.",
        "",
        str,
    ),
    Variable(
        "CLAMAV_URL",
        "Where clamd answers, as tcp://host:3310 or unix:///path; empty: uploads are not scanned for viruses.",
        "",
        _scanner,
    ),
    Variable("TASKS_BACKEND", "immediate, or database with a worker (manage.py db_worker).", "immediate", _tasks),
    Variable("SITE_NAME", "Name of the site until editors give it one.", "Global Knowledge Hub", str),
    Variable(
        "SECURITY_CONTACT",
        "For /.well-known/security.txt, as mailto:… or https://…; empty: the brand's contact e-mail.",
        "",
        _contact,
    ),
    Variable(
        "SECOND_FACTOR_REQUIRED",
        "false lets people with a role, and readers of TLP:AMBER and stricter, do without a second factor.",
        "true",
        _boolean,
    ),
    Variable(
        "SENSITIVITY_REVIEW_REQUIRED",
        "false lets one person alone publish, and open what was closed; for hubs with a single editor.",
        "true",
        _boolean,
    ),
    Variable(
        "AUDIT_DAYS",
        "Days that entries of the audit are kept, at least 30; `manage.py purge_audit` removes older ones.",
        "730",
        _audit_days,
    ),
    Variable(
        "SEARCH_REPORT_DAYS",
        "Days that is known what was searched for; `manage.py forget_old_questions` removes what is older.",
        "365",
        _number,
    ),
    Variable(
        "APPLICATION_WORKING_DAYS",
        "How many working days applicants are told a decision takes, until five were made.",
        "10",
        _number,
    ),
    Variable("OIDC_NAME", "What people call the service for sign-in by OpenID Connect.", "OpenID Connect", str),
    Variable(
        "OIDC_SERVER_URL",
        "Address of that service, without /.well-known/openid-configuration; empty: not offered.",
        "",
        _optional(_url),
    ),
    Variable("OIDC_CLIENT_ID", "The hub's name at that service.", "", str),
    Variable("OIDC_CLIENT_SECRET", "The hub's secret there.", "", str),
    Variable("SECURE_PROXY", "true when a front server sets X-Forwarded-Proto.", "false", _boolean),
    Variable(
        "LIBRETRANSLATE_URL",
        "Address of a LibreTranslate server; empty: none.",
        "",
        _optional(_url),
    ),
    Variable("LIBRETRANSLATE_API_KEY", "Its key.", "", str),
    Variable("LIBRETRANSLATE_MARKING", "The most restricted marking it may be sent.", "", _optional(_marking)),
    Variable("LIBRETRANSLATE_PRICE", "What a million characters cost there; empty: unknown.", "", PRICE),
    Variable("DEEPL_AUTH_KEY", "Key of DeepL; empty: not used.", "", str),
    Variable(
        "DEEPL_URL",
        "Address of DeepL; empty: the one that belongs to the key.",
        "",
        _optional(_url),
    ),
    Variable("DEEPL_MARKING", "The most restricted marking it may be sent.", "", _optional(_marking)),
    Variable("DEEPL_PRICE", "What a million characters cost there; empty: unknown.", "", PRICE),
    Variable(
        "OPENAI_URL",
        "Address of a language model that answers like OpenAI's (…/v1), one's own or another's; empty: none.",
        "",
        _optional(_url),
    ),
    Variable("OPENAI_API_KEY", "Its key.", "", str),
    Variable("OPENAI_MODEL", "The name of the model.", "", str),
    Variable("OPENAI_MARKING", "The most restricted marking it may be sent.", "", _optional(_marking)),
    Variable("OPENAI_PRICE", "What a million characters cost there; empty: unknown.", "", PRICE),
    Variable(
        "MACHINE_FOR_LANGUAGE",
        "Which machine is offered first for a language, as ar=libretranslate,fr=deepl; others are offered, too.",
        "",
        _machines_by_language,
    ),
    Variable(
        "MACHINE_TRANSLATION_MARKING",
        "The most restricted marking that machines without a marking of their own may be sent.",
        "CLEAR",
        _marking,
    ),
]


def read_environment(values: dict[str, str] | None = None) -> dict[str, Any]:
    """Return all settings by name.

    Args:
        values: the environment; the process's own by default.

    Raises:
        ImproperlyConfigured: naming the variable whose value is wrong, and what it must be.
    """
    values = dict(os.environ) if values is None else values
    found: dict[str, Any] = {}
    is_debug = _boolean(values.get("DEBUG", "false")) if values.get("DEBUG", "") in _BOOLEANS else False
    for variable in VARIABLES:
        text = values.get(variable.name) or _default(variable, is_debug)
        try:
            found[variable.name] = variable.read(text)
        except (ValueError, environ.ImproperlyConfigured) as error:
            # The value itself may be a secret, so it is not repeated.
            raise ImproperlyConfigured(f"{variable.name} {_explain(error)}. {variable.meaning}") from None
    if not found["DEBUG"]:
        if len(found["SECRET_KEY"]) < 50:
            raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters when DEBUG is off.")
        if not found["ALLOWED_HOSTS"]:
            raise ImproperlyConfigured("ALLOWED_HOSTS must name the site's hosts when DEBUG is off.")
    if found["OIDC_SERVER_URL"] and not found["OIDC_CLIENT_ID"]:
        raise ImproperlyConfigured("OIDC_CLIENT_ID must be set when OIDC_SERVER_URL is.")
    if found["OPENAI_URL"] and not found["OPENAI_MODEL"]:
        raise ImproperlyConfigured("OPENAI_MODEL must be set when OPENAI_URL is.")
    return found


_BOOLEANS = {"1", "true", "yes", "on", "0", "false", "no", "off", "True", "False"}


def _explain(error: Exception) -> str:
    text = str(error)
    return text if text.startswith("must") else "has a value that cannot be read"


def _default(variable: Variable, is_debug: bool) -> str:
    match variable.name:
        case "DATABASE_URL":
            return f"sqlite:///{BASE_DIR / 'var' / 'hub.sqlite3'}"
        case "MEDIA_ROOT":
            return str(BASE_DIR / "var" / "media")
        case "SECRET_KEY" if is_debug:
            return DEVELOPMENT_KEY
        case "ALLOWED_HOSTS" if is_debug:
            return "127.0.0.1,localhost,[::1],testserver"
    return variable.default


def configured_machines(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the machine translation services that have an address or a key, as the setting `MACHINES` wants them."""
    # Keys of DeepL's free plan end so, and are known at another address.
    is_free = found["DEEPL_AUTH_KEY"].endswith(":fx")
    deepl = found["DEEPL_URL"] or ("https://api-free.deepl.com" if is_free else "https://api.deepl.com")
    options = {
        "libretranslate": (
            "LibreTranslate",
            found["LIBRETRANSLATE_URL"]
            and {"url": found["LIBRETRANSLATE_URL"], "key": found["LIBRETRANSLATE_API_KEY"]},
        ),
        "deepl": ("DeepL", found["DEEPL_AUTH_KEY"] and {"url": deepl, "key": found["DEEPL_AUTH_KEY"]}),
        "openai": (
            "OpenAICompatible",
            found["OPENAI_URL"]
            and {"url": found["OPENAI_URL"], "key": found["OPENAI_API_KEY"], "model": found["OPENAI_MODEL"]},
        ),
    }
    return {
        name: {
            "CLASS": f"translation.machine_services.{class_name}",
            "OPTIONS": taken,
            "MARKING": found[f"{name.upper()}_MARKING"],
            "PRICE": found[f"{name.upper()}_PRICE"],
        }
        for name, (class_name, taken) in options.items()
        if taken
    }
