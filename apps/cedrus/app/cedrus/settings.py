from pathlib import Path

from . import environment

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = environment.flag("DEBUG")
SECRET_KEY = environment.secret_key("SECRET_KEY", minimum=1 if DEBUG else 50)
ALLOWED_HOSTS = environment.items("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = environment.items("CSRF_TRUSTED_ORIGINS")

ROOT_URLCONF = "cedrus.urls"
WSGI_APPLICATION = "cedrus.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "library",
]

MIDDLEWARE = [
    # First: probes come over plain HTTP with the container's address as Host, which what follows would refuse.
    "health.middleware.ProbeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Postgres and Redis

DATABASES = {"default": environment.database("DATABASE_URL")}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 2)

CACHES = {"default": environment.redis("REDIS_URL")}
CACHES["default"] |= {"KEY_PREFIX": "cedrus"}
CACHES["default"]["OPTIONS"] |= {"socket_connect_timeout": 2, "socket_timeout": 2}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "document-list"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}"}
    for validator in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Files: nginx serves both folders

STATIC_URL = "/static/"
STATIC_ROOT = environment.text("STATIC_ROOT", "/srv/static")
MEDIA_URL = "/media/"
MEDIA_ROOT = environment.text("MEDIA_ROOT", "/srv/media")

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "cedrus.storage.CompressedManifestStorage"
    },
}

# nginx reads the files as another user.
FILE_UPLOAD_PERMISSIONS = 0o644
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o755

MAX_UPLOAD_BYTES = 50 * 1024 * 1024
MAX_UPLOADS_PER_MINUTE = 30

# Language and time

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# Security: TLS ends at nginx, which overwrites X-Forwarded-Proto and sends HSTS

if not DEBUG:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# The same values as nginx sends: two different ones would void each other.
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"

SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # no HSTS from Django
    "security.W019",  # SAMEORIGIN instead of DENY
]

# Logs: to stderr, for people in development and for a collector elsewhere

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(levelname)s %(name)s: %(message)s"},
        "json": {"()": "cedrus.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain" if DEBUG else "json"},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Without Django's own handlers, which print only in development and send mail otherwise.
        "django": {"handlers": [], "level": "INFO"},
        # Django leaves it to the server to drop the body of an answer to HEAD; Gunicorn warns of each.
        "gunicorn.http.wsgi": {"level": "ERROR"},
    },
}
