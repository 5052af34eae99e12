"""API stub."""

from ninja import NinjaAPI

api = NinjaAPI(title="x", urls_namespace="api")
