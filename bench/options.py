"""What may be chosen on the command line."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass

MEASUREMENTS = ("pages", "call", "recordings", "exports", "webhooks", "imports")
ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Options:
    """`only` and `database` are "" for all of them; `cases` is a part of the names of the cases to measure."""

    calls: int
    database: str
    only: str
    cases: str
    requests: int
    smaller: bool
    peer: bool
    explain: bool


def parse() -> Options:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures the product on made-up calls.")
    calls = int(os.environ.get("N") or 1_000_000)
    parser.add_argument("--n", dest="calls", type=int, default=calls, help="how many calls (%(default)s, or $N)")
    parser.add_argument("--database", choices=ENGINES, default="", help="one database only")
    parser.add_argument("--only", choices=MEASUREMENTS, default="", help="one measurement only")
    parser.add_argument("--cases", default="", metavar="PART", help="only cases with this in their name")
    parser.add_argument("--requests", type=int, default=60, help="requests to each page (%(default)s)")
    parser.add_argument("--no-smaller", dest="smaller", action="store_false", help="not with a tenth of the calls")
    parser.add_argument("--no-peer", dest="peer", action="store_false", help="without the plain list view beside ours")
    parser.add_argument("--explain", action="store_true", help="print the plans of slow statements")
    return Options(**vars(parser.parse_args()))
