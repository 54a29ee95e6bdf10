from django.db import migrations

from calls import search


def install(apps, schema_editor):
    search.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_initial")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
