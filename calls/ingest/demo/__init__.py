"""Invented calls that look real: pure, the same for the same seed. Nothing here touches a database."""
