from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from backoffice.models import Transition

pytestmark = pytest.mark.django_db


def test_a_session_cannot_talk_a_trigger_into_passing_it_over() -> None:
    entry = Transition.objects.create(
        entity="mailing.envelope", subject_id=1, from_state="planned", to_state="released", at=timezone.now()
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_%'")
        names = [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", ["{" + ",".join(names) + "}"])
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        Transition.objects.filter(pk=entry.pk).update(to_state="posted")
    assert Transition.objects.get(pk=entry.pk).to_state == "released"
