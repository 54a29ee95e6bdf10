"""What a person says about a new token."""

from __future__ import annotations

from typing import Any

from django import forms


class TokenForm(forms.Form):
    """`may_write` says whether the user may send calls at all."""

    name = forms.CharField(
        max_length=80,
        label="Name",
        help_text="Which program uses it, such as “nightly report”.",
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}),
    )
    may_read = forms.BooleanField(required=False, initial=True, label="Read calls")
    may_write = forms.BooleanField(required=False, label="Send calls")

    def __init__(self, *args: Any, may_write: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.scopes():
            field.field.widget.attrs["class"] = "form-check-input"
        if not may_write:
            write = self.fields["may_write"]
            write.disabled, write.help_text = True, "Takes the permission “Can add call”."

    def scopes(self) -> list[forms.BoundField]:
        return [self["may_read"], self["may_write"]]

    def clean(self) -> dict[str, Any]:
        if not (self.cleaned_data.get("may_read") or self.cleaned_data.get("may_write")):
            self.add_error(None, "Choose what the program may do.")
        return self.cleaned_data
