"""How well the hub finds: judged questions in four languages, asked of its search and of Wagtail's own."""
