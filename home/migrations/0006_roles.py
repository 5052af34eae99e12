from typing import Any

from django.contrib.auth.management import create_permissions
from django.db import migrations

from home.roles import PERMISSIONS, find_permissions
from members.roles import ADMINISTRATORS, MEMBERS

# Whose permissions the roles are made of; Django would make them after all migrations.
APPS = ("access", "knowledge", "members", "vocabulary", "wagtailcore")


def make_roles(apps: Any, schema_editor: Any) -> None:
    """Make the roles with their permissions, and put those who are members into the group of members."""
    for label in APPS:
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0, using=schema_editor.connection.alias)
        config.models_module = None
    groups = apps.get_model("auth", "Group").objects
    permissions = apps.get_model("auth", "Permission").objects
    for name, wanted in PERMISSIONS.items():
        group, _created = groups.get_or_create(name=name)
        group.permissions.add(*find_permissions(permissions, wanted))
    administrators, _created = groups.get_or_create(name=ADMINISTRATORS)
    administrators.permissions.add(*permissions.all())
    user = apps.get_model("members", "User")
    belongs = user.groups.through
    members = groups.get(name=MEMBERS)
    rows = [
        belongs(user_id=pk, group_id=members.pk)
        for pk in user.objects.filter(is_member=True).values_list("pk", flat=True)
    ]
    belongs.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_audit_append_only"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("home", "0005_markings"),
        ("knowledge", "0009_sensitivity_review"),
        ("members", "0004_profile"),
        ("vocabulary", "0001_initial"),
        ("wagtail_localize", "0006_create_submit_translation_permission"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0098_apitoken"),
        # These give permissions to all groups that may enter the admin, so they come before.
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailimages", "0027_image_description"),
        ("wagtailmedia", "0005_alter_media_options"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
