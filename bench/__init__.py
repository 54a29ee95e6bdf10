"""The benchmarks behind `make bench`: made-up calls in both databases, and what the product does with them."""
