"""The translators' desk over wagtail-localize."""
