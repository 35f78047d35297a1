"""The app's settings: one database for Django, for mainstay and for its worker."""

import os

from sqlalchemy import make_url

from mainstay import DailyCriteria, EngagementPolicy

DATABASE_URL = os.environ["DATABASE_URL"]
_url = make_url(DATABASE_URL)
_SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": _url.database}
_POSTGRESQL = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": _url.database,
    "USER": _url.username,
    "PASSWORD": _url.password or "",
    "HOST": _url.host,
    "PORT": _url.port,
}
DATABASES = {"default": _SQLITE if _url.get_backend_name() == "sqlite" else _POSTGRESQL}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django_app"]
ROOT_URLCONF = "django_app.views"
ALLOWED_HOSTS = ["testserver"]
SECRET_KEY = os.environ.get("SECRET_KEY", "only for trying")
USE_TZ = True

BROKER_URL = os.environ.get("BROKER_URL", "redis://localhost")
MAINSTAY_POLICY = EngagementPolicy(criteria=DailyCriteria({"workout": 1}))
