"""The product's settings with the peer's page in place of ours."""

from callmon.settings import *  # noqa: F403
from callmon.settings import BASE_DIR, TEMPLATES

ROOT_URLCONF = "bench.peer.urls"
TEMPLATES[0]["DIRS"] = [BASE_DIR / "bench" / "peer" / "templates"]
