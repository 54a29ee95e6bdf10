"""The peer: the list view that one would write with django-filter and django-tables2 in an afternoon."""
