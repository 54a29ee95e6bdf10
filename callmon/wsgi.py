"""The WSGI application that gunicorn serves."""

import gc
import importlib
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callmon.settings")

application = get_wsgi_application()

# Every page is loaded now, and what is loaded stays: the garbage collector need not look through it again and again.
importlib.import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
# A page makes thousands of objects and next to no circles of them: it need not be searched while it is made.
gc.set_threshold(20_000)
