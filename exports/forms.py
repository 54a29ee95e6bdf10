"""What a user chooses beside the calls: format, columns, compression."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

from exports.columns import COLUMNS, FLAT, NESTED
from exports.formats import FORMATS, PLAIN
from exports.models import Every, ExportPreference
from exports.table import Choice

LABELS = {
    "id": "Id here",
    "external_id": "Id on the platform",
    "source": "Platform",
    "duration_seconds": "Duration in seconds",
    "cost": "Cost in credits",
    "recording": "State of the recording",
    "ended_reason": "Ended because",
}
OURS = (
    *("query", "format", "compressed", "columns", "each_variable", "repeat", "skip_empty"),
    "csrfmiddlewaretoken",
)


def label(name: str) -> str:
    return LABELS.get(name, name.replace("_", " ").capitalize())


class ExportForm(forms.Form):
    """`format` also takes the names with .gz, for whoever writes them by hand. No column chosen means all."""

    format = forms.ChoiceField(
        choices=[(name, format.label) for name, format in FORMATS.items()],
        error_messages={"invalid_choice": f"takes {', '.join(FORMATS)}", "required": f"takes {', '.join(FORMATS)}"},
    )
    columns = forms.MultipleChoiceField(
        choices=[(name, label(name)) for name in COLUMNS],
        required=False,
        error_messages={"invalid_choice": "“%(value)s” is no column"},
    )
    each_variable = forms.BooleanField(required=False)
    compressed = forms.BooleanField(required=False)
    repeat = forms.ChoiceField(
        choices=[("", "Once"), *Every.choices],
        required=False,
        error_messages={"invalid_choice": f"takes {', '.join(Every)}"},
    )
    skip_empty = forms.BooleanField(required=False)

    @property
    def choice(self) -> Choice:
        values = self.cleaned_data
        format = FORMATS[values["format"]]
        if values["compressed"]:
            format = FORMATS.get(f"{format.name}.gz", format)
        chosen = tuple(name for name in COLUMNS if name in values["columns"])
        return Choice(format, chosen or tuple(COLUMNS), values["each_variable"])


def preferred(user: Any) -> Choice:
    """What the user chose last."""
    last = ExportPreference.objects.filter(user=user.pk).first()
    if last is None or last.format not in FORMATS:
        return Choice(FORMATS["csv"])
    return last.choice


def offer(choice: Choice) -> dict[str, Any]:
    """The choice as the dialog shows it."""
    base = choice.format.name.removesuffix(".gz")
    return {
        "formats": [(plain.name, plain.label, plain.name == base) for plain in PLAIN],
        "compressed": choice.format.is_gzip,
        "columns": [(column.name, label(column.name), column.name in choice.columns) for column in FLAT],
        "nested": [(column.name, label(column.name), column.name in choice.columns) for column in NESTED],
        "each_variable": choice.each_variable,
        "repeats": [("", "Once"), *Every.choices],
    }


def sent(request: HttpRequest) -> tuple[QueryDict, QueryDict]:
    """What a POST says: the parameters of the selection, and what belongs to the form.

    The selection is the field `query`, or else the query string of the address and whatever other fields there are,
    so that a misspelt one is told and not passed over.
    """
    body = json_body(request) if request.content_type == "application/json" else request.POST
    form, others = QueryDict(mutable=True), request.GET.copy()
    for name, values in body.lists():
        (form if name in OURS else others).setlist(name, values)
    if "query" in body:
        return QueryDict(str(body["query"]).removeprefix("?")), form
    return others, form


def json_body(request: HttpRequest) -> QueryDict:
    """A JSON object as form fields: lists repeat a field, booleans tick it. Raises ValueError."""
    body = json.loads(request.body or b"{}")
    if not isinstance(body, dict):
        raise ValueError("takes an object")
    fields = QueryDict(mutable=True)
    for name, value in body.items():
        values = value if isinstance(value, list) else [value]
        fields.setlist(name, [str(one) for one in values if one not in (None, False)])
    return fields
