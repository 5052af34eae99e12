from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Commands that load the demonstration."""

    name = "demo"
