"""What the tests and the benchmarks start around themselves. `python -m callmon.testing` is `make test`."""
