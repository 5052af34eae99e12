from typing import Any

from django.db import migrations

TABLE = "access_auditentry"
REFUSAL = "Entries of the audit are appended only."

# A cutoff is set by access.audit.deletable_before, for the transaction of a purge.
POSTGRESQL = [
    f"""
    CREATE FUNCTION hub_keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE cutoff text := current_setting('hub.audit_cutoff', true);
    BEGIN
        IF TG_OP = 'DELETE' AND cutoff <> '' THEN
            IF OLD.at < cutoff::timestamptz THEN
                RETURN OLD;
            END IF;
        END IF;
        RAISE EXCEPTION '{REFUSAL}';
    END $$
    """,
    f"""
    CREATE TRIGGER hub_keep_audit BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION hub_keep_audit()
    """,
]
POSTGRESQL_BACK = [f"DROP TRIGGER hub_keep_audit ON {TABLE}", "DROP FUNCTION hub_keep_audit()"]

# SQLite rebuilds a table to change it, and forgets its triggers: a later change of this table makes them anew.
SQLITE = [
    f"CREATE TRIGGER hub_keep_audit_update BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"""
    CREATE TRIGGER hub_keep_audit_delete BEFORE DELETE ON {TABLE} WHEN OLD.at >= hub_audit_cutoff()
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
]
SQLITE_BACK = ["DROP TRIGGER hub_keep_audit_update", "DROP TRIGGER hub_keep_audit_delete"]


def _run(schema_editor: Any, statements: dict[str, list[str]]) -> None:
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def make_triggers(apps: Any, schema_editor: Any) -> None:
    """Have the database refuse to change or delete what was appended."""
    _run(schema_editor, {"postgresql": POSTGRESQL, "sqlite": SQLITE})


def drop_triggers(apps: Any, schema_editor: Any) -> None:
    """Undo it."""
    _run(schema_editor, {"postgresql": POSTGRESQL_BACK, "sqlite": SQLITE_BACK})


class Migration(migrations.Migration):
    dependencies = [("access", "0002_markings")]

    operations = [
        migrations.AlterModelOptions(
            name="auditentry",
            options={
                "default_permissions": ("view",),
                "ordering": ["-at", "-pk"],
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit entries",
            },
        ),
        migrations.RunPython(make_triggers, drop_triggers),
    ]
