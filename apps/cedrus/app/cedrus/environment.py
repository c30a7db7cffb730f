"""Settings from the environment, each from `NAME` or from the file that `NAME_FILE` names.

Messages name the variable and never show what it holds: even a path may be a secret that was put in the wrong place.
"""

import os
import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}


def text(name, default=""):
    value = os.environ.get(name, "")
    file = os.environ.get(f"{name}_FILE", "")
    if value and file:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    if file:
        value = _contents(file, f"{name}_FILE")
    return value or default


def required(name):
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"Set {name}, or {name}_FILE to the path of a file that holds it.")
    return value


def flag(name):
    value = text(name).lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be 1 or 0.")
    return value in TRUE


def items(name):
    return [item.strip() for item in text(name).split(",") if item.strip()]


def secret_key(name, minimum):
    value = required(name)
    if len(value) < minimum:
        raise ImproperlyConfigured(f"{name} must have at least {minimum} characters; it has {len(value)}.")
    return value


def database(name):
    """The connection part of a DATABASES entry. Query parameters (`?sslmode=require`) become libpq options."""
    form = "postgres://user:password@host:port/name"
    url = _url(name, schemes={"postgres", "postgresql"}, path=r"/[^/@]+", form=form)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path[1:]),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or "") or text("DATABASE_PASSWORD"),
        "HOST": url.hostname,
        "PORT": url.port or 5432,
        "OPTIONS": dict(parse_qsl(url.query)),
    }


def redis(name):
    """The connection part of a CACHES entry. The password leaves the URL, because debug pages show a LOCATION."""
    url = _url(name, schemes={"redis", "rediss"}, path=r"(/\d*)?", form="redis://:password@host:port/0")
    options = {
        "username": unquote(url.username or ""),
        "password": unquote(url.password or "") or text("REDIS_PASSWORD"),
    }
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url._replace(netloc=url.netloc.rpartition("@")[2]).geturl(),
        "OPTIONS": {key: value for key, value in options.items() if value},
    }


def _contents(file, name):
    try:
        return Path(file).read_text().strip()
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"The file that {name} names cannot be read ({type(error).__name__}).") from None


def _url(name, *, schemes, path, form):
    """A URL in which every part is where it belongs.

    A password that was not percent-encoded moves the borders between the parts, and its pieces would then turn up as a
    port or a database name in somebody else's error message: so anything unexpected stops here.
    """
    raw = required(name)
    try:
        url = urlsplit(raw)
        fits = url.scheme in schemes and url.hostname and url.port != 0 and re.fullmatch(path, url.path)
    except ValueError:
        fits = False
    if not fits or url.fragment:
        raise ImproperlyConfigured(f"{name} must look like {form}, with special characters percent-encoded.")
    return url
