"""Let the translation memory find texts that share words (PostgreSQL; see `translation.memory`)."""

from django.db import migrations

# Name of the index → table and column.
INDEXES = {
    "translation_memory_words": ("wagtail_localize_string", "data"),
    "translation_memory_unit_words": ("translation_memoryunit", "source"),
}


def add_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, (table, column) in INDEXES.items():
            schema_editor.execute(
                f"CREATE INDEX IF NOT EXISTS {name} ON {table} USING gin (to_tsvector('simple', {column}))"
            )


def remove_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("translation", "0002_desk"),
        ("wagtail_localize", "0016_rename_page_revision_translationlog_revision"),
    ]

    operations = [migrations.RunPython(add_indexes, remove_indexes)]
