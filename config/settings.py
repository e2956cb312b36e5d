"""Settings of a deployment: everything that differs between machines comes from the environment.

`DATABASE_URL`, `REDIS_URL` and `TODOKE_SECRET_KEY` are required; `dev.py` provides all three on a bare machine.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF

from backoffice.queues import Queue
from config.database import connection_from_url
from config.history import CHANGE_HISTORY as CHANGE_HISTORY

BASE_DIR = Path(__file__).resolve().parent.parent


def required(name: str) -> str:
    """The value of an environment variable the deployment cannot do without."""
    value = os.environ.get(name, "")
    if not value:
        raise RuntimeError(f"The environment variable {name} is not set; see the README.")
    return value


DEBUG = os.environ.get("TODOKE_DEBUG", "") == "1"
SECRET_KEY = required("TODOKE_SECRET_KEY")
ALLOWED_HOSTS = os.environ.get("TODOKE_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
DATA_DIR = Path(os.environ.get("TODOKE_DATA_DIR", BASE_DIR / ".local" / "data"))
REDIS_URL = required("REDIS_URL")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_htmx",
    "django_tables2",
    "pgtrigger",
    "backoffice",
    "employers",
    "issuance",
    "mailing",
    "returns",
    "demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "backoffice.middleware.OwnOriginMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backoffice.languages.LanguageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "backoffice.middleware.PermissionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.workplace",
            ],
        },
    },
]

DATABASES = {"default": connection_from_url(required("DATABASE_URL"))}
DATABASES["default"]["TEST"] = {"NAME": "test_todoke" + os.environ.get("PYTEST_DB_SUFFIX", "")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
    # Parts of pages that were drawn from numbers somebody has counted, kept by the process that drew them: no page waits for Redis.
    "drawn": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "drawn",
        "OPTIONS": {"MAX_ENTRIES": 50},
    },
}

AUTH_USER_MODEL = "backoffice.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "backoffice:login"
LOGIN_REDIRECT_URL = "backoffice:home"
LOGOUT_REDIRECT_URL = "backoffice:login"
SESSION_COOKIE_AGE = int(timedelta(hours=8).total_seconds())
SESSION_IDLE_SECONDS = 60 * int(os.environ.get("TODOKE_IDLE_MINUTES", "30"))
# The demo's way past the second factor, never set on a server with real people (`check --deploy` refuses it).
DEMO_SECOND_FACTOR_CODE = os.environ.get("TODOKE_DEMO_CODE", "")
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True

# Behind a TLS proxy set TODOKE_HTTPS=1; the one-machine demo speaks plain HTTP on the loopback interface only.
HTTPS = os.environ.get("TODOKE_HTTPS", "") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".local" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "uploads"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A national roster has some 2.2 GB.
MOST_UPLOAD_BYTES = int(os.environ.get("TODOKE_MOST_UPLOAD_BYTES", str(8 * 1024**3)))
FILE_UPLOAD_HANDLERS = [
    "backoffice.upload_limit.UploadLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DJANGO_TABLES2_TEMPLATE = "partials/_table.html"

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = Queue.DEFAULT.value
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_ROUTES = {
    "mailing.render_chunk": {"queue": Queue.RENDERING.value},
    "mailing.finish_batch": {"queue": Queue.RENDERING.value},
    "issuance.import_file": {"queue": Queue.IMPORT.value},
    "issuance.preview_rejudging": {"queue": Queue.IMPORT.value},
    "returns.prepare_erasure": {"queue": Queue.IMPORT.value},
    "returns.erase_campaign": {"queue": Queue.IMPORT.value},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "health_check_interval": 30,
}
CELERY_TIMEZONE = TIME_ZONE
# The sweeper heals what a lost message or a killed worker left behind: work is found again by its state.
CELERY_BEAT_SCHEDULE = {
    "sweep-rendering": {"task": "mailing.sweep_rendering", "schedule": 20.0},
    "sweep-jobs": {"task": "backoffice.sweep_jobs", "schedule": 60.0},
    "refresh-overview": {"task": "returns.refresh_overview", "schedule": 60.0},
    "seal-audit": {"task": "backoffice.seal_audit", "schedule": 60.0},
    "remove-unnamed-files": {"task": "mailing.remove_unnamed_files", "schedule": 3600.0},
    "remove-old-exports": {"task": "backoffice.remove_old_exports", "schedule": 3600.0},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # The layout engine tells every step; only its complaints matter, and those stop the envelope.
    "loggers": {name: {"level": "WARNING"} for name in ("weasyprint", "fontTools", "pikepdf")},
}
