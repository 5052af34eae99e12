"""Let the translation memory find texts that are nearly the same (PostgreSQL).

`pg_trgm` is a trusted extension: who owns the database may add it. Where the hub's user does not, an administrator
runs `CREATE EXTENSION pg_trgm` once before this migration.
"""

from django.db import migrations

INDEX = "translation_memory_trigrams"


def add_index(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    schema_editor.execute(f"CREATE INDEX IF NOT EXISTS {INDEX} ON wagtail_localize_string USING gin (data gin_trgm_ops)")


def remove_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {INDEX}")


class Migration(migrations.Migration):
    dependencies = [
        ("translation", "0002_desk"),
        ("wagtail_localize", "0016_rename_page_revision_translationlog_revision"),
    ]

    operations = [migrations.RunPython(add_index, remove_index)]
