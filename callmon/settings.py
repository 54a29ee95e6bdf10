"""Settings of the site. What an operator may choose comes from the environment; see .env.example."""

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from dotenv import load_dotenv

from callmon.env import BadEnvironment, Environment, in_url, make_writable, stop

BASE_DIR = Path(__file__).resolve().parent.parent


def secret_key(data_dir: Path) -> str:
    """The key kept in DATA_DIR, made once and readable by its owner only."""
    path = data_dir / "secret_key"
    if not path.exists():
        # Complete under another name first: a process that starts beside this one reads all of it or makes its own.
        draft = data_dir / f"secret_key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        draft.rename(path)
    return path.read_text()


try:
    load_dotenv(BASE_DIR / ".env", interpolate=False)
except (OSError, ValueError) as error:
    stop(f".env: takes lines such as PORT=8000, in UTF-8 ({error})")

env = Environment()
try:
    DATA_DIR = env.folder("DATA_DIR", BASE_DIR / "data")
    HOST = env.host("HOST", "127.0.0.1")
    PORT = env.integer("PORT", 8000, least=1, most=65535)
    # All interfaces are no address that a browser opens.
    browsed_host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(HOST, HOST)  # noqa: S104
    PUBLIC_URL = env.origin("PUBLIC_URL", f"http://{in_url(browsed_host)}:{PORT}")
    DATABASE_URL = env.url(
        "DATABASE_URL", f"sqlite:///{DATA_DIR / 'callmon.sqlite3'}", schemes=("sqlite", "postgres", "postgresql")
    )
    REDIS_URL = env.url("REDIS_URL", "", schemes=("redis", "rediss"))
    S3_BUCKET, S3_PREFIX = env.bucket("STORAGE_URL")
    S3_ENDPOINT_URL = env.origin("S3_ENDPOINT_URL", "")
    # Where browsers find the bucket; "" streams recordings through this site.
    S3_REDIRECT_URL = env.origin("S3_REDIRECT_URL", "")
    # Where the proxy in front of us finds DATA_DIR/files; "" sends recordings from here.
    X_ACCEL_REDIRECT = env.path("X_ACCEL_REDIRECT")
    RECORDING_MAX_MB = env.integer("RECORDING_MAX_MB", 200, least=1, most=4096)
    RECORDING_FETCHES = env.integer("RECORDING_FETCHES", 1, least=1, most=100)
    RECORDING_LIFE_DAYS = env.integer("RECORDING_LIFE_DAYS", 0, least=0, most=36_500)
    RECORDING_ALLOWED_HOSTS = env.hosts("RECORDING_ALLOWED_HOSTS")
    TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN = env.text("TWILIO_ACCOUNT_SID"), env.text("TWILIO_AUTH_TOKEN")
    ELEVENLABS_API_KEY = env.text("ELEVENLABS_API_KEY")
    TIME_ZONE = env.zone("TIME_ZONE", "UTC")
    DEMO_CALLS = env.integer("DEMO_CALLS", 2000, least=0, most=1_000_000)
    ADMIN_PASSWORD = env.text("ADMIN_PASSWORD")
    EXPORTS_PER_USER = env.integer("EXPORTS_PER_USER", 3, least=1, most=100)
    EXPORT_MAX_ROWS = env.integer("EXPORT_MAX_ROWS", 10_000_000, least=1, most=999_999_999)
    EMAIL_URL = env.url("EMAIL_URL", "", schemes=("smtp", "smtps"))
    EMAIL_FROM = env.text("EMAIL_FROM", "callmon@localhost")
    EXPORT_LIFE_DAYS = env.integer("EXPORT_LIFE_DAYS", 7, least=1, most=365)
    WEBHOOK_SECRETS = env.webhook_secrets()
    WEBHOOK_MAX_MB = env.integer("WEBHOOK_MAX_MB", 30, least=1, most=1024)
    WEBHOOKS_PER_MINUTE = env.integer("WEBHOOKS_PER_MINUTE", 60_000, least=1, most=10_000_000)
    DELIVERY_LIFE_DAYS = env.integer("DELIVERY_LIFE_DAYS", 30, least=1, most=3650)
    CLOSE_AFTER_HOURS = env.integer("CLOSE_AFTER_HOURS", 4, least=1, most=720)
except BadEnvironment as error:
    stop(str(error))

try:
    for folder in (DATA_DIR / "files", DATA_DIR / "fetching", DATA_DIR / "broker"):
        make_writable(folder)
    SECRET_KEY = env.text("SECRET_KEY") or secret_key(DATA_DIR)
except OSError as error:
    stop(f"DATA_DIR={str(DATA_DIR)!r}: takes a folder that can be written to ({error.strerror})")

DEBUG = False
public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = [in_url(public.hostname or ""), in_url(HOST), "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
IS_HTTPS = public.scheme == "https"
SESSION_ENGINE = "callmon.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "callmon.accounts.csrf_failure"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_filters",
    "django_tables2",
    "django_htmx",
    "csp",
    "callmon",
    "calls",
    "calls.ingest",
    "calls.recordings",
    "calls.shares",
    "analytics",
    "exports",
    "api",
]

MIDDLEWARE = [
    "callmon.health.HealthMiddleware",
    "calls.ingest.shortcut.ShortcutMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "style-src": [SELF, NONCE],  # for the picture of a recording, which wavesurfer.js styles by itself
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

if S3_REDIRECT_URL:
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["media-src"] = [SELF, S3_REDIRECT_URL]

ROOT_URLCONF = "callmon.urls"
WSGI_APPLICATION = "callmon.wsgi.application"

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
                "calls.ingest.pages.nav.intake",
            ],
        },
    },
    {
        # The call log and its calls: rendering is most of their time, and Jinja2 takes a tenth of it.
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "jinja2"],
        "OPTIONS": {"trim_blocks": True, "lstrip_blocks": True, "auto_reload": False},
    },
]

DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=None)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # A writer takes its lock at the start, waits for others, and readers never wait.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # Whoever fills the log of writes up to 64 MB waits for the disk; the worker that takes deliveries is earlier.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=16384; "
        "PRAGMA temp_store=MEMORY; "
        "PRAGMA cache_size=-65536; PRAGMA mmap_size=1073741824;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # To compile a question or to start helpers for it takes longer than most answers of ours.
    quick = f"{os.environ.get('PGOPTIONS', '')} -c jit=off -c max_parallel_workers_per_gather=0".strip()
    DATABASES["default"]["OPTIONS"] = {"connect_timeout": 5, "options": quick} | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTHENTICATION_BACKENDS = ["calls.access.PermissionBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "calls:list"
LOGOUT_REDIRECT_URL = "login"

mail = urlsplit(EMAIL_URL)
EMAIL_HOST, EMAIL_PORT = mail.hostname or "", mail.port or (465 if mail.scheme == "smtps" else 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(mail.username or ""), unquote(mail.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = mail.scheme == "smtps", mail.scheme == "smtp" and EMAIL_PORT == 587
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = EMAIL_FROM

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files"},
    },
    "staticfiles": {"BACKEND": "callmon.static_files.StaticFiles"},
}
if S3_BUCKET:
    STORAGES["default"] = {
        "BACKEND": "calls.recordings.storage.BucketStorage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "location": S3_PREFIX,
            "endpoint_url": S3_ENDPOINT_URL or None,
            # Servers of one's own seldom have a name for each bucket.
            "addressing_style": "path" if S3_ENDPOINT_URL else None,
            "signature_version": "s3v4",
        },
    }

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    # Expires, so that a worker that comes back does not find an hour of them.
    "heartbeat": {"task": "callmon.tasks.heartbeat", "schedule": 15, "options": {"expires": 15}},
    "refresh-statistics": {
        "task": "callmon.tasks.refresh_statistics",
        "schedule": 86_400,
        "options": {"expires": 3600},
    },
    "sweep-exports": {"task": "exports.tasks.sweep", "schedule": 15, "options": {"expires": 15}},
    "delete-orphaned-exports": {
        "task": "exports.tasks.delete_orphans",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "seal-days": {"task": "analytics.tasks.seal", "schedule": 15, "options": {"expires": 15}},
    "sweep-recordings": {"task": "calls.recordings.tasks.sweep", "schedule": 15, "options": {"expires": 15}},
    "clear-away-recordings": {
        "task": "calls.recordings.tasks.clear_away",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "sweep-deliveries": {"task": "calls.ingest.tasks.sweep", "schedule": 15, "options": {"expires": 15}},
    "close-calls": {"task": "calls.ingest.tasks.close_calls", "schedule": 300, "options": {"expires": 300}},
    "end-lives-of-deliveries": {"task": "calls.ingest.tasks.end_lives", "schedule": 3600, "options": {"expires": 3600}},
}
# The embedded broker is a folder. It forgets a message before the task is done: rows with a state are the truth.
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT = None if REDIS_URL else "callmon.broker:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 5,
    **dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), str(DATA_DIR / "broker")),
}
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s", "datefmt": "%Y-%m-%dT%H:%M:%S%z"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Django's own handlers would print a second line or write mail.
        "django": {"handlers": [], "level": "INFO"},
        "celery": {"level": "WARNING"},
        "gunicorn": {"level": "WARNING"},
    },
}
