"""What the log page is asked: each documented filter alone and in mixtures, orders, and places in the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bench.peer.views import PAGE_SIZE
from bench.phrases import COMMON_PHRASE, COMMON_WORD, RARE_WORD, UNCOMMON_WORD
from bench.rows import CAMPAIGNS, RETIRED_ASSISTANTS, line
from bench.users import ADMINISTRATOR, VIEWER
from calls.choices import Direction
from calls.filters import DEFAULT_ORDER
from calls.models import Call
from calls.paging import Token


@dataclass(frozen=True)
class Case:
    """One address of the log. `peer` is the same question to the peer, None where it cannot be asked.

    `link` is the relation of a link to follow from the page of `query`; the page that it leads to is measured.
    """

    name: str
    query: str
    peer: str | None
    link: str = ""
    user: str = ADMINISTRATOR


def same(name: str, query: str) -> Case:
    """A question that both understand alike."""
    return Case(name, query, query)


def cases(calls: int) -> list[Case]:
    return [*of_the_issue(calls), *orders(), *places(calls), *beyond()]


def of_the_issue(calls: int) -> list[Case]:
    today = Call.objects.latest("started_at").started_at.date()
    middle = Call.objects.filter(pk__gte=calls // 2, direction=Direction.INBOUND).earliest("pk")
    caller = middle.from_number.removeprefix("+")
    return [
        same("no filter", ""),
        Case("last 7 days", "period=7d", f"started_at_min={today - timedelta(6)}"),
        Case("last 30 days", "period=30d", f"started_at_min={today - timedelta(29)}"),
        Case(
            "custom range, a month",
            f"period=custom&from={today - timedelta(200)}&to={today - timedelta(171)}",
            f"started_at_min={today - timedelta(200)}&started_at_max={today - timedelta(171)}",
        ),
        same("one assistant", "assistant=7"),
        same("two assistants", "assistant=3&assistant=12"),
        same("status completed", "status=completed"),
        same("status busy", "status=busy"),
        same("two statuses", "status=busy&status=failed"),
        same("campaign", f"campaign={CAMPAIGNS - 4}"),
        Case("no campaign", "campaign=none", "campaign=null"),
        same("inbound", "direction=inbound"),
        same("number, whole", f"phone={caller}"),
        same("number, 6 digits of its middle", f"phone={caller[3:9]}"),
        Case("at least 300 s", "min_duration=300", "min_duration=300000"),
        Case("at most 30 s", "max_duration=30", "max_duration=30000"),
        same("at least 40 credits", "min_cost=40"),
        same("recorded", "recorded=true"),
        same("word, rare", f"q={RARE_WORD}"),
        same("word, common", f"q={COMMON_WORD}"),
        same("variable, 9 of 100", "variable=reason:refund"),
        Case(
            "status + assistant + 30 days",
            "status=completed&assistant=7&period=30d",
            f"status=completed&assistant=7&started_at_min={today - timedelta(29)}",
        ),
    ]


def orders() -> list[Case]:
    names = ("duration", "-duration", "cost", "-cost", "status", "assistant")
    return [same(f"sorted by {name}", f"sort={name}") for name in names]


def places(calls: int) -> list[Case]:
    pages = -(-calls // PAGE_SIZE)
    call = Call.objects.values(*DEFAULT_ORDER.columns).get(pk=calls // 2)
    token = Token.of(dict(call), DEFAULT_ORDER, calls - calls // 2 + 1)
    return [
        Case("page 2", "", "page=2", link="next"),
        Case("page in the middle", f"after={token}", f"page={pages // 2}"),
        Case("last page", "", f"page={pages}", link="last"),
        Case("last page by duration", "sort=-duration", f"sort=-duration&page={pages}", link="last"),
    ]


def beyond() -> list[Case]:
    """What the issue does not list and users do: what is common, what is rare, what lies long ago, and less rights."""
    retired, phrase = RETIRED_ASSISTANTS[0], COMMON_PHRASE.replace(" ", "+")
    return [
        same("number, 4 digits", "phone=5550"),
        same("number, our own line", f"phone={line(1).removeprefix('+')}"),
        Case("number, its beginning", "phone=%2B1415", "phone=%2B1415"),
        same("word, 1 of 100", f"q={UNCOMMON_WORD}"),
        Case("phrase, common", f"q=%22{phrase}%22", f"q={phrase}"),
        Case("word common and word rare", f"q={COMMON_WORD}+{RARE_WORD}", None),
        Case("without a word", f"q=-{COMMON_WORD}", None),
        same("variable, 7 of 10", "variable=order_checked:true"),
        same("variable, 1 of 1,000", "variable=reason:recall"),
        Case("variable, any value", "variable=reason", None),
        Case(
            "old assistant + 300 s",
            f"assistant={retired}&min_duration=300",
            f"assistant={retired}&min_duration=300000",
        ),
        same("old campaign + busy", "campaign=3&status=busy"),
        Case("busy + recorded: none", "status=busy&recorded=true", "status=busy&recorded=true"),
        Case("campaign + word common", f"campaign=3&q={COMMON_WORD}", f"campaign=3&q={COMMON_WORD}"),
        Case("number + sorted by cost", "phone=5550&sort=-cost", "phone=5550&sort=-cost"),
        Case("completed, sorted by cost", "status=completed&sort=-cost", "status=completed&sort=-cost"),
        Case("old assistant by duration", f"assistant={retired}&sort=duration", f"assistant={retired}&sort=duration"),
        Case("no filter, 200 rows", "size=200", "per_page=200"),
        Case("viewer of 3 assistants", "", None, user=VIEWER),
        Case("viewer, busy", "status=busy", None, user=VIEWER),
        Case("viewer, sorted by duration", "sort=-duration", None, user=VIEWER),
    ]
