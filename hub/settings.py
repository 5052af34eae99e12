"""Django's settings. What differs between installations comes from the environment (hub/environment.py)."""

from pathlib import Path

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from wagtail.embeds.oembed_providers import vimeo, youtube

from hub.environment import BASE_DIR, configured_machines, read_environment

ENVIRONMENT = read_environment()

DEBUG = ENVIRONMENT["DEBUG"]
SECRET_KEY = ENVIRONMENT["SECRET_KEY"]
ALLOWED_HOSTS = ENVIRONMENT["ALLOWED_HOSTS"]
BASE_URL = ENVIRONMENT["BASE_URL"]
SITE_ID = 1

INSTALLED_APPS = [
    "demo",
    "hub",
    "home",
    "translation",
    "search",
    "knowledge",
    "members.apps.MembersConfig",  # By name: its module has two.
    "vocabulary",
    "access",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    # Before Wagtail's users: for a text that both translate, the form to sign in and the account must say the same.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "members.apps.HubUsersConfig",
    "wagtailmedia",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks",
    "django_tasks_db",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "hub.middleware.CrossSiteMiddleware",
    "hub.middleware.UploadLimitMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hub.middleware.TextGZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "hub.middleware.ContentSecurityPolicyMiddleware",
    "hub.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hub.middleware.RecordingUploadMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "access.middleware.ClearanceMiddleware",
    "members.middleware.RoleMiddleware",
    "members.middleware.TimeZoneMiddleware",
    # Outside of the cache: what is kept is counted too.
    "search.questions.CountQuestionsMiddleware",
    "hub.page_cache.PageCacheMiddleware",
    "hub.middleware.RedirectMiddleware",
]

# So that widgets may have templates of ours.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

ROOT_URLCONF = "hub.urls"
WSGI_APPLICATION = "hub.wsgi.application"
ASGI_APPLICATION = "hub.asgi.application"

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
                "home.context_processors.frame",
            ],
        },
    },
]

# --- Data ---------------------------------------------------------------------------------------
DATABASES = {"default": ENVIRONMENT["DATABASE_URL"]}
DATABASES["default"]["CONN_MAX_AGE"] = ENVIRONMENT["DATABASE_CONN_MAX_AGE"]
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if IS_SQLITE:
    # Readers go on while one writes; a second writer waits its turn instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    if str(DATABASES["default"]["NAME"]) != ":memory:":
        Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
else:
    # PostgreSQL would compile a query of many parts for seconds that then runs for milliseconds.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": ENVIRONMENT["CACHE_URL"]}
TASKS = {
    "default": {
        "BACKEND": {
            "immediate": "django_tasks.backends.immediate.ImmediateBackend",
            "database": "django_tasks_db.DatabaseBackend",
        }[ENVIRONMENT["TASKS_BACKEND"]]
    }
}

# --- Languages ----------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ar", _("Arabic")), ("es", _("Spanish")), ("fr", _("French"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = [
    ("en", "English"),
    ("ar", "العربية"),
    ("es", "Español"),
    ("fr", "Français"),
]
WAGTAIL_I18N_ENABLED = True
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- Files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_STORAGE = ENVIRONMENT["MEDIA_STORAGE_URL"]
# How long an address is good that an object storage answers at, after the policy was asked.
MEDIA_SIGNED_SECONDS = 60
STORAGES = {
    "default": {name: MEDIA_STORAGE[name] for name in ("BACKEND", "OPTIONS")}
    if MEDIA_STORAGE
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = ENVIRONMENT["MEDIA_ROOT"]
MEDIA_URL = "/media/"
X_ACCEL_REDIRECT = ENVIRONMENT["X_ACCEL_REDIRECT"]
DOCUMENT_MAX_BYTES = 25 * 1024 * 1024
# Uploads are asked about there, and refused when it does not answer.
CLAMAV_URL = ENVIRONMENT["CLAMAV_URL"]
# Larger bodies are refused before they are read; the front server's limit is the same.
UPLOAD_MAX_BYTES = 50 * 1024 * 1024
# Except of recordings, in the admin.
MEDIA_UPLOAD_PREFIX = "/admin/media/"
MEDIA_MAX_BYTES = 1024 * 1024 * 1024

# --- Wagtail ------------------------------------------------------------------------------------
SECURITY_CONTACT = ENVIRONMENT["SECURITY_CONTACT"]
WAGTAIL_SITE_NAME = ENVIRONMENT["SITE_NAME"]
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILIMAGES_IMAGE_MODEL = "knowledge.HubImage"
WAGTAILIMAGES_IMAGE_FORM_BASE = "knowledge.forms.HubImageForm"
WAGTAILDOCS_DOCUMENT_MODEL = "knowledge.HubDocument"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "knowledge.forms.HubDocumentForm"
# `direct`: documents have the address of their file, which `serve_file` answers, asking the policy.
WAGTAILDOCS_SERVE_METHOD = "direct"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "pdf", "pptx", "txt", "xlsx", "zip"]
WAGTAILMEDIA = {
    "MEDIA_MODEL": "knowledge.HubMedia",
    "MEDIA_FORM_BASE": "knowledge.forms.HubMediaForm",
    "VIDEO_EXTENSIONS": ["mp4", "webm"],
    "AUDIO_EXTENSIONS": ["m4a", "mp3", "ogg"],
}
# No SVG: it can carry scripts.
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
# Whoever names a recording elsewhere has the server ask these two, and no other host, what it is.
WAGTAILEMBEDS_FINDERS = [{"class": "wagtail.embeds.finders.oembed", "providers": [youtube, vimeo]}]
WAGTAIL_ALLOW_UNICODE_SLUGS = True
# Submitting while Wagtail 8 saves by itself stores children of a page twice (an attachment, say).
WAGTAIL_AUTOSAVE_INTERVAL = 0
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {
        "WIDGET": "wagtail.admin.rich_text.DraftailRichTextArea",
        "OPTIONS": {"features": ["h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link"]},
    }
}
TAGGIT_CASE_INSENSITIVE = True

# --- Translation --------------------------------------------------------------------------------
# A language without a translation is told to readers; no page is copied under a wrong language.
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
WAGTAIL_LOCALIZE_DEFAULT_TRANSLATION_MODE = "synced"
# What translators wrote outlives a page that is deleted while they work, until no language of it is left.
WAGTAILLOCALIZE_DISABLE_ON_DELETE = True
MACHINE_TRANSLATION_MARKING = ENVIRONMENT["MACHINE_TRANSLATION_MARKING"]
MACHINE_FOR_LANGUAGE = ENVIRONMENT["MACHINE_FOR_LANGUAGE"]
# By name, in the order in which they are offered: CLASS, OPTIONS, MARKING, PRICE (see `translation.machines`).
MACHINES = configured_machines(ENVIRONMENT)
if MACHINES:
    WAGTAILLOCALIZE_MACHINE_TRANSLATOR = {"CLASS": "translation.machines.MarkedTranslator"}

# --- Search -------------------------------------------------------------------------------------
ELASTICSEARCH = {
    "URLS": ENVIRONMENT["ELASTICSEARCH_URL"],
    "API_KEY": ENVIRONMENT["ELASTICSEARCH_API_KEY"],
    "CA": ENVIRONMENT["ELASTICSEARCH_CA"],
    "PREFIX": ENVIRONMENT["ELASTICSEARCH_PREFIX"],
}

# Days that is known what was searched for, and how often.
SEARCH_REPORT_DAYS = ENVIRONMENT["SEARCH_REPORT_DAYS"]

# --- People -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# Of whoever has a role, or reads what is TLP:AMBER or stricter.
SECOND_FACTOR_REQUIRED = ENVIRONMENT["SECOND_FACTOR_REQUIRED"]
# Of what is published, or opened to more readers, by somebody other than its author.
SENSITIVITY_REVIEW_REQUIRED = ENVIRONMENT["SENSITIVITY_REVIEW_REQUIRED"]
AUDIT_DAYS = ENVIRONMENT["AUDIT_DAYS"]
APPLICATION_WORKING_DAYS = ENVIRONMENT["APPLICATION_WORKING_DAYS"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "first_name", "last_name"), "max_similarity": 0.6},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "members.passwords.SurroundingsValidator"},
    {"NAME": "members.passwords.PatternValidator"},
]
ACCOUNT_ADAPTER = "members.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Before addresses, factors, sessions or connections change, whoever sits there says again who they are.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {"reset_password": "members.forms.ResetPasswordForm"}
# Counted so that nobody can lock somebody else out: see members/attempts.py.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "login_failed_in_known_browser": "5/5m/key",
    "login_failed_by_strangers": "100/h/key",
    "reset_password": "20/m/ip",
    "reset_password_letters": "5/h/key",
    # Applications from one address on the net, and e-mails to one address.
    "apply": "10/h/ip",
    "apply_mail": "5/d/key",
}
MFA_ADAPTER = "members.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = WAGTAIL_SITE_NAME
MFA_TOTP_TOLERANCE = 1  # Clocks of telephones go wrong by half a minute.
# The secretariat, not a form to sign up, decides whose an address is.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "add_webauthn": "members.forms.AddPasskeyForm",
    "authenticate": "members.forms.CodeForm",
    "reauthenticate": "members.forms.ConfirmingCodeForm",
    "activate_totp": "members.forms.ActivateAppForm",
    "edit_webauthn": "members.forms.RenamePasskeyForm",
}
SOCIALACCOUNT_ADAPTER = "members.adapters.ProviderAdapter"
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": ENVIRONMENT["OIDC_NAME"],
                "client_id": ENVIRONMENT["OIDC_CLIENT_ID"],
                "secret": ENVIRONMENT["OIDC_CLIENT_SECRET"],
                "settings": {"server_url": ENVIRONMENT["OIDC_SERVER_URL"]},
            }
        ]
        if ENVIRONMENT["OIDC_SERVER_URL"]
        else [],
    }
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
MAILERS = {"default": ENVIRONMENT["EMAIL_URL"]}
DEFAULT_FROM_EMAIL = ENVIRONMENT["DEFAULT_FROM_EMAIL"]
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Safety -------------------------------------------------------------------------------------
SECURE_CSP: dict[str, list[str]] = {
    # Some browsers hold the parts of an SVG file that a page shows (`<use>`) to this, not to images.
    "default-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "frame-src": [CSP.NONE],
    "worker-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "media-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
}
# Wagtail's tooltips and wagtail-localize's editor write styles into pages. Scripts in pages are ours to start
# (static/admin/starts.js): none of Wagtail's, and none that somebody smuggled in, runs.
ADMIN_CSP: dict[str, list[str]] = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF, "data:"],
    "form-action": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.SELF],
    "frame-ancestors": [CSP.SELF],
}
if MEDIA_STORAGE:
    # Readers are sent on to the object storage for images and recordings.
    for policy in (SECURE_CSP, ADMIN_CSP):
        for kind in ("img-src", "media-src"):
            policy[kind] = [*policy.get(kind, [CSP.SELF]), MEDIA_STORAGE["ORIGIN"]]
IS_HTTPS = BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
# Addresses say what pages are about: no other site is told where its visitor comes from.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# What pages may use of a reader's machine: passkeys, films and the clipboard; nothing that watches or finds people.
PERMISSIONS_POLICY = ", ".join(
    [
        *(f"{feature}=()" for feature in (
            "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid",
            "identity-credentials-get", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi",
            "payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
        )),
        *(f"{feature}=(self)" for feature in (
            "autoplay", "clipboard-read", "clipboard-write", "fullscreen", "picture-in-picture",
            "publickey-credentials-create", "publickey-credentials-get",
        )),
    ]
)  # fmt: skip
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_TRUSTED_ORIGINS = [BASE_URL]
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail shows previews in a frame of its own pages.
SILENCED_SYSTEM_CHECKS = ["security.W019"]
if ENVIRONMENT["SECURE_PROXY"]:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Failed attempts to sign in are counted by the reader's address, not by the front server's.
ALLAUTH_TRUSTED_PROXY_COUNT = int(ENVIRONMENT["SECURE_PROXY"])
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # A long page with many blocks has thousands of form fields.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO" if not DEBUG else "WARNING"},
    "loggers": {
        "elastic_transport": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},
        # A line at the beginning and the end of each task; what failed is a warning or more.
        "django_tasks": {"level": "WARNING"},
        # What was published is in Wagtail's own log, in the database.
        "wagtail": {"level": "WARNING"},
    },
}
