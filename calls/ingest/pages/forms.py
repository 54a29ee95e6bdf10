"""What a person says about a source, and about what it names."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import Any

from django import forms

from calls.ingest.models import Source, WebhookSecret

SECRET_BYTES = 24
INPUT = {"class": "form-control", "autocomplete": "off", "spellcheck": "false"}


class SecretForm(forms.Form):
    """An empty value means that one is made."""

    value = forms.RegexField(
        r"^[!-~]+$",
        required=False,
        min_length=8,
        max_length=200,
        label="Secret",
        error_messages={"invalid": "Takes letters, digits and signs without spaces."},
        widget=forms.TextInput(INPUT),
    )
    label = forms.CharField(
        required=False, max_length=100, label="Note", help_text="What it is used for.", widget=forms.TextInput(INPUT)
    )

    def __init__(self, *args: Any, provider: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.provider = provider

    def clean_value(self) -> str:
        value = self.cleaned_data["value"] or secrets.token_urlsafe(SECRET_BYTES)
        if WebhookSecret.objects.filter(provider=self.provider, value=value).exists():
            raise forms.ValidationError("There is this secret already.")
        return value

    def save(self) -> WebhookSecret:
        return WebhookSecret.objects.create(provider=self.provider, **self.cleaned_data)


class RateForm(forms.ModelForm):
    credits_per_usd = forms.DecimalField(
        min_value=0,
        max_digits=12,
        decimal_places=4,
        label="Credits for one US dollar",
        widget=forms.NumberInput({**INPUT, "step": "any"}),
    )
    credits_per_platform_credit = forms.DecimalField(
        min_value=0,
        max_digits=12,
        decimal_places=6,
        required=False,
        label="Credits for one credit of the platform",
        help_text="Where it counts in credits of its own. A price in US dollars wins.",
        widget=forms.NumberInput({**INPUT, "step": "any"}),
    )

    class Meta:
        model = Source
        fields = ("credits_per_usd", "credits_per_platform_credit")

    def clean_credits_per_platform_credit(self) -> Decimal:
        """Left out it stays as it is."""
        value = self.cleaned_data["credits_per_platform_credit"]
        return self.instance.credits_per_platform_credit if value is None else value


class NameForm(forms.Form):
    name = forms.CharField(max_length=200, label="Name", widget=forms.TextInput(INPUT))
