"""The filters as the page shows them: values as they were typed, options, and the message beside each field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from calls.choices import Direction, Status
from calls.criteria import CRITERIA, PERIODS
from calls.filters import LAYOUT, CallFilter
from calls.parameters import NONE, SIZES

# What charts and tables link to has no field of its own, only a chip.
FIELDLESS = ("ended_reason", "country", "hour", "weekday", "talked", "priced")
# Beyond this many options a list is cut; the chosen ones always stay.
OPTIONS_SHOWN = 200


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Field:
    """One filter. `value` is what was typed, `error` the message for it, `left_out` how many options are not shown."""

    name: str
    value: str
    error: str
    options: list[Option] = field(default_factory=list)
    left_out: int = 0

    @property
    def summary(self) -> str:
        """What is chosen: `Any`, `Completed`, `3 chosen`."""
        chosen = [option.label for option in self.options if option.chosen]
        return "Any" if not chosen else chosen[0] if len(chosen) == 1 else f"{len(chosen)} chosen"


def panel(selection: CallFilter) -> dict[str, Field]:
    """The fields by name."""
    options = options_of(selection)
    return {name: _field(name, options.get(name, ()), selection) for name in CRITERIA}


def found_options(name: str, find: str, selection: CallFilter) -> Field:
    """A field with the options whose name has the text in it, and those that are chosen."""
    chosen = set(selection.data.getlist(name))
    options = options_of(selection)[name]
    found = [(value, label) for value, label in options if value in chosen or find.casefold() in label.casefold()]
    return _field(name, found, selection)


def options_of(selection: CallFilter) -> dict[str, Sequence[tuple[str, str]]]:
    """Value and label of what can be chosen, by the name of the field."""
    names = selection.selection
    return {
        "period": [("", "All time"), *((value, label) for value, label in PERIODS.items() if value != "all")],
        "assistant": [(str(id), name) for id, name in names.assistants.items()],
        "campaign": [(NONE, "No campaign"), *((str(id), name) for id, name in names.campaigns.items())],
        "status": Status.choices,
        "direction": [("", "Any"), *Direction.choices],
        "recorded": [("", "Any"), ("true", "Recorded"), ("false", "Not recorded")],
        "tag": list(names.tags.items()),
        "starred": [("", "Any"), ("true", "With my star")],
    }


def _field(name: str, options: Iterable[tuple[str, str]], selection: CallFilter) -> Field:
    texts = [text for text in selection.data.getlist(name) if text]
    chosen = set(texts or [""]) | ({""} if texts == ["all"] else set())  # period=all says what no period means
    chosen |= {str(value) for value in selection.chosen(name)}  # a tag may be spelled otherwise
    shown = [Option(value, label, value in chosen) for value, label in options]
    kept = [option for index, option in enumerate(shown) if index < OPTIONS_SHOWN or option.chosen]
    error = " ".join(map(str, selection.form.errors.get(name, ())))
    return Field(name, texts[-1] if texts else "", error, kept, len(shown) - len(kept))


def are_days_shown(fields: dict[str, Field]) -> bool:
    """Whether the two days stand in the panel. Without JavaScript they always do."""
    days = (fields["from"], fields["to"])
    return fields["period"].value == "custom" or any(day.value or day.error for day in days)


def kept(selection: CallFilter) -> list[tuple[str, str]]:
    """What the form sends along though it has no field for it: the layout, and all variables but the one shown."""
    whole = [(name, text) for name in ("sort", "size", *FIELDLESS) for text in selection.data.getlist(name) if text]
    return whole + [("variable", text) for text in selection.data.getlist("variable")[:-1]]


def page_errors(selection: CallFilter) -> list[str]:
    """The messages that have no field in the panel to stand beside."""
    errors = selection.form.errors
    fieldless = [f"{name}: {message}" for name in (*LAYOUT, *FIELDLESS) for message in errors.get(name, ())]
    return [*selection.form.non_field_errors(), *fieldless]


# The filters that are folded away until one of them is used.
FOLDED = (
    *("campaign", "direction", "recorded", "min_duration", "max_duration", "min_cost", "max_cost", "q", "variable"),
    *("tag", "starred"),
)


def sizes(selection: CallFilter) -> list[tuple[int, str, bool]]:
    """The page sizes: number, query string, and whether it is the present one."""
    return [(size, selection.query(size=str(size)), size == selection.size) for size in SIZES]
