"""What a person says about a new link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

LASTS = {
    "1h": ("1 hour", timedelta(hours=1)),
    "1d": ("1 day", timedelta(days=1)),
    "7d": ("7 days", timedelta(days=7)),
    "30d": ("30 days", timedelta(days=30)),
    "90d": ("90 days", timedelta(days=90)),
}


class ShareForm(forms.Form):
    shows_audio = forms.BooleanField(required=False, initial=True, label="Recording")
    shows_transcript = forms.BooleanField(
        required=False, initial=True, label="Transcript", help_text="What was said, without the calls of tools."
    )
    shows_variables = forms.BooleanField(required=False, label="Captured variables")
    lasts = forms.ChoiceField(
        choices=[(value, label) for value, (label, _) in LASTS.items()], initial="7d", label="Works for"
    )
    note = forms.CharField(
        required=False, max_length=200, label="Note", help_text="For whom, or why. Only your team sees it."
    )
    password = forms.CharField(
        required=False,
        min_length=8,
        max_length=128,
        strip=False,
        label="Password",
        help_text="May be left empty. Do not send it together with the link.",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, css_class in (("lasts", "form-select"), ("note", "form-control"), ("password", "form-control")):
            self.fields[name].widget.attrs["class"] = css_class
        for field in self.parts():
            field.field.widget.attrs["class"] = "form-check-input"

    def parts(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("shows_")]

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if not any(values.get(field.name) for field in self.parts()):
            self.add_error(None, "Choose at least one part of the call.")
        if values.get("lasts"):
            values["lasts"] = LASTS[values["lasts"]][1]
        return values
