"""Translations that are made elsewhere: files that go out, and come back with a report."""
