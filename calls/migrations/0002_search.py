import django.db.models.deletion
from django.db import migrations, models

import calls.search


def install(apps, schema_editor):
    calls.search.install(schema_editor.connection)


def index_model(name, table, related_name, column):
    call = models.OneToOneField(
        "calls.call",
        django.db.models.deletion.DO_NOTHING,
        primary_key=True,
        serialize=False,
        db_column="rowid",
        related_name=related_name,
    )
    return migrations.CreateModel(
        name=name,
        fields=[("call", call), (column, calls.search.IndexedText(db_column=table))],
        options={"db_table": table, "managed": False},
    )


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_initial")]

    operations = [
        index_model("PhoneIndex", "calls_phone_fts", "phone_index", "numbers"),
        index_model("TranscriptIndex", "calls_transcript_fts", "transcript_index", "words"),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
