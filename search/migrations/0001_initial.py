"""Entries, and full text beside them: a virtual table on SQLite, a column on PostgreSQL."""

from django.db import migrations, models


def add_full_text(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            "CREATE VIRTUAL TABLE search_text USING fts5("
            "language, title, summary, body, tokenize = 'unicode61 remove_diacritics 0')"
        )
    else:
        schema_editor.execute("ALTER TABLE search_searchentry ADD COLUMN vector tsvector")
        schema_editor.execute("CREATE INDEX search_searchentry_vector ON search_searchentry USING gin (vector)")


def remove_full_text(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE search_text")
    else:
        schema_editor.execute("ALTER TABLE search_searchentry DROP COLUMN vector")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("page_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("version", models.BigIntegerField(default=1)),
                ("is_removed", models.BooleanField(default=False)),
                ("is_pushed", models.BooleanField(db_index=True, default=False)),
                ("language", models.CharField(max_length=10)),
                ("offered_in", models.JSONField(default=list)),
                ("type", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=255)),
                ("summary", models.TextField(blank=True)),
                ("body", models.TextField(blank=True)),
                ("labels", models.TextField(blank=True)),
                ("topics", models.JSONField(default=list)),
                ("sectors", models.JSONField(default=list)),
                ("countries", models.JSONField(default=list)),
                ("published_on", models.DateField()),
            ],
            options={"verbose_name": "search entry", "verbose_name_plural": "search entries"},
        ),
        migrations.RunPython(add_full_text, remove_full_text),
    ]
