import gc
import io
from contextlib import redirect_stdout
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from knowledge.models import KnowledgePage


class Command(BaseCommand):
    """Bring the demonstration's database up to date and load its content, in one process; quick when done before."""

    help = __doc__
    # The checks ask the database for tables that may not be there yet.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate if a migration is missing, then load the content if there is none."""
        # The process ends with its work. Looking for garbage between thousands of models took a quarter of the
        # time of migrating.
        gc.disable()
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Preparing the database (half a minute the first time)")
            call_command("migrate", verbosity=0, interactive=False)
            if KnowledgePage.objects.exists():
                # A newer version may know of permissions that the roles of the older one do not have.
                call_command("set_up_hub", stdout=self.stderr)
        # What its invented people write each other is not for the terminal.
        with redirect_stdout(io.StringIO()):
            # Asked for by name: nobody prepares a demonstration by mistake.
            call_command("load_demo", force=True, stdout=self.stdout)
