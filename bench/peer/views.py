"""A plain list of calls: the filters of our page as django-filter has them, a table as django-tables2 renders it."""

from __future__ import annotations

import django_filters as filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django_filters.views import FilterView

from calls.choices import Direction, Status
from calls.models import Assistant, Call, Campaign

PAGE_SIZE = 50


class CallFilterSet(filters.FilterSet):
    started_at = filters.DateFromToRangeFilter()
    assistant = filters.ModelMultipleChoiceFilter(queryset=Assistant.objects.all())
    campaign = filters.ModelMultipleChoiceFilter(queryset=Campaign.objects.all(), null_label="No campaign")
    status = filters.MultipleChoiceFilter(choices=Status.choices)
    direction = filters.ChoiceFilter(choices=Direction.choices)
    phone = filters.CharFilter(method="with_number")
    q = filters.CharFilter(field_name="transcript__words", lookup_expr="icontains")
    variable = filters.CharFilter(method="with_variable")
    min_duration = filters.NumberFilter(field_name="duration_ms", lookup_expr="gte", label="Least duration (ms)")
    max_duration = filters.NumberFilter(field_name="duration_ms", lookup_expr="lte", label="Most duration (ms)")
    min_cost = filters.NumberFilter(field_name="cost", lookup_expr="gte")
    max_cost = filters.NumberFilter(field_name="cost", lookup_expr="lte")
    recorded = filters.BooleanFilter()

    class Meta:
        model = Call
        fields: list[str] = []

    def with_number(self, calls: QuerySet[Call], name: str, text: str) -> QuerySet[Call]:
        return calls.filter(Q(from_number__icontains=text) | Q(to_number__icontains=text))

    def with_variable(self, calls: QuerySet[Call], name: str, text: str) -> QuerySet[Call]:
        variable, _, value = text.partition(":")
        return calls.filter(variables__name=variable, variables__value_text=value)


class CallTable(tables.Table):
    duration = tables.Column(accessor="duration_ms")

    class Meta:
        model = Call
        template_name = "django_tables2/bootstrap5.html"
        fields = ("phone_number", "assistant", "campaign", "direction", "status", "duration", "cost", "started_at")


class CallListView(tables.SingleTableMixin, FilterView):
    queryset = Call.objects.select_related("assistant", "campaign").order_by("-started_at")
    filterset_class = CallFilterSet
    table_class = CallTable
    paginate_by = PAGE_SIZE
    template_name = "peer/list.html"
