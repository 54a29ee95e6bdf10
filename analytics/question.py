"""What a page of analytics is asked for: the selection of the log, and beside it parameters of its own."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.http import HttpRequest, QueryDict

from analytics.breakdowns import COLUMNS
from analytics.buckets import Against, Granularity
from analytics.dimensions import DIMENSIONS
from analytics.heat import SHADES
from analytics.metrics import MEASURES, Metrics, metrics_of
from calls.choices import ResponseKind
from calls.filters import CallFilter
from calls.parameters import One, parse_day, words_of


class OwnForm(forms.Form):
    """The parameters that only analytics has."""

    declared = {
        "by": One(words_of(Granularity)),
        "against": One(words_of(Against)),
        "chosen": One(parse_day),
        "weekdays": One(words_of(("true",))),
        "kind": One(words_of(ResponseKind.values)),
        "shade": One(words_of(SHADES)),
        "breakdown": One(words_of(DIMENSIONS)),
        "order": One(words_of([sign + name for name in COLUMNS for sign in ("", "-")])),
        "metric": One(words_of(MEASURES)),
        "captured": One(str),
        "figures": One(words_of(("all",))),
    }

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.fields: dict[str, forms.Field] = dict(self.declared)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("chosen") and values.get("against") != Against.CHOSEN:
            self.add_error("chosen", "Goes with against=chosen only.")
        return values


class Question:
    """`value` of a parameter is None where it is not given or not understood; `error` says why."""

    def __init__(self, selection: CallFilter, own: QueryDict) -> None:
        self.selection = selection
        self.form = OwnForm(own)
        self.form.is_valid()

    @classmethod
    def from_request(cls, request: HttpRequest) -> Question:
        """The log does not know the own parameters, so they are told apart here."""
        own, rest = QueryDict(mutable=True), request.GET.copy()
        for name in OwnForm.declared:
            own.setlist(name, rest.pop(name, []))
        return cls(CallFilter.for_user(rest, request.user), own)

    @functools.cached_property
    def metrics(self) -> Metrics:
        """The key metrics and the trend, in one reading for all who ask."""
        return metrics_of(self.selection, granularity=self.value("by"))

    def value(self, name: str) -> Any:
        return self.form.cleaned_data.get(name)

    def typed(self, name: str) -> str:
        return self.form.data.get(name, "")

    def error(self, name: str) -> str:
        return " ".join(map(str, self.form.errors.get(name, ())))

    def kept(self, without: Iterable[str] = ()) -> list[tuple[str, str]]:
        """The own parameters as they were given."""
        return [(name, text) for name in OwnForm.declared if name not in without and (text := self.typed(name))]

    def others(self, *names: str) -> list[tuple[str, str]]:
        """Everything that the page is asked for but these own parameters: what a form of these has to send along."""
        return [*parse_qsl(self.selection.query()), *self.kept(without=names)]

    def query(self, **changes: str | None) -> str:
        """The query string of a page with own parameters set, or left out for None."""
        pairs = self.kept(without=changes) + [(name, text) for name, text in changes.items() if text]
        return "&".join(filter(None, [self.selection.query(), urlencode(pairs)]))

    @property
    def own_query(self) -> str:
        """The own parameters alone."""
        return urlencode(self.kept())
