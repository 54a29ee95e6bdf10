"""The ranges of calls.ranges, by the name that the recordings know."""

from calls.ranges import NotSatisfiable, Span, parse_range, requested_span

__all__ = ["NotSatisfiable", "Span", "parse_range", "requested_span"]
