"""Runs a module of ours in a process of its own that has Django: `python -m bench.inside MODULE N [ARGUMENT…]`.

Its `main` gets the number of calls and the arguments; what it returns is printed as JSON.
"""

from __future__ import annotations

import importlib
import json
import sys

import django

if __name__ == "__main__":
    django.setup()
    module, calls, *arguments = sys.argv[1:]
    print(json.dumps(importlib.import_module(module).main(int(calls), *arguments)))
