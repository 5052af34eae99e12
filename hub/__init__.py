"""The project: settings, addresses, health."""
