"""Which package may import which: the arrows of the data, as a test. `callmon` and `bench` import all of them."""

import ast

import pytest
from django.conf import settings

READERS_OF_CALLS = (
    *("calls.choices", "calls.clock", "calls.countries", "calls.criteria", "calls.days", "calls.filters"),
    *("calls.format", "calls.htmx", "calls.listing", "calls.models", "calls.paging", "calls.panel"),
    *("calls.needles", "calls.parameters"),
    *("calls.querysets", "calls.ranges", "calls.reading", "calls.tests", "calls.variables"),
)
# package: the modules outside it that it may import, each with what is below it
MAY_IMPORT = {
    "calls": (),
    "calls.ingest": ("calls",),
    "calls.recordings": ("calls",),
    "calls.shares": ("calls", "calls.recordings"),
    "analytics": READERS_OF_CALLS,
    "exports": READERS_OF_CALLS,
    # It answers with the columns of an export, and sends calls through the intake.
    "api": (*READERS_OF_CALLS, "calls.ingest", "exports"),
}


def is_in(module, parents):
    return any(module == parent or module.startswith(f"{parent}.") for parent in parents)


def owner(module):
    """The package that `module` belongs to: the longest matching name, None outside the project."""
    return max((name for name in (*MAY_IMPORT, "callmon", "bench") if is_in(module, [name])), key=len, default=None)


def imported(module, source):
    """Dotted names that the source imports, at module level or inside functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*parents, *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def against_the_arrows(module, source):
    """What the source of the module imports and may not."""
    package = owner(module)
    for name in imported(module, source):
        owners = {"calls", *MAY_IMPORT[package]}
        is_allowed = owner(name) in owners and is_in(name, MAY_IMPORT[package])
        if owner(name) not in (None, package) and not is_allowed:
            yield name


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_follow_the_arrows(package):
    found = []
    for path in (settings.BASE_DIR / package.replace(".", "/")).rglob("*.py"):
        module = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
        if owner(module) == package:
            found += [f"{module} imports {name}" for name in against_the_arrows(module, path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("calls.tables", "from calls import ingest"),
        ("calls.tables", "from .ingest import tasks"),
        ("calls.tables", "from exports.csv import write"),
        ("calls.tables", "def rows():\n    import analytics.metrics"),
        ("calls.ingest.store", "from calls.recordings import fetch"),
        ("calls.recordings.fetch", "from calls.ingest.models import Delivery"),
        ("calls.recordings.fetch", "from calls.shares.models import ShareLink"),
        ("calls.shares.views", "from calls.ingest.models import Delivery"),
        ("analytics.charts", "from exports import csv"),
        ("analytics.charts", "from callmon import settings"),
        ("exports.csv", "from calls.views import call_list"),
        ("exports.csv", "from calls.ingest.models import Delivery"),
        ("exports.csv", "import bench"),
        ("api.endpoints", "from calls.views import call_list"),
        ("calls.ingest.views", "from api.problems import Problem"),
    ],
)
def test_it_finds_an_import_against_the_arrows(module, source):
    assert list(against_the_arrows(module, source))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("calls.tables", "from calls.models import Call"),
        ("calls.ingest.store", "from calls.models import Call"),
        ("calls.ingest.store", "from django.db import models"),
        ("calls.shares.public", "from calls.recordings.views import send"),
        ("exports.csv", "from calls.models import Call"),
    ],
)
def test_it_lets_imports_along_the_arrows_pass(module, source):
    assert not list(against_the_arrows(module, source))
