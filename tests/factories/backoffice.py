from __future__ import annotations

from datetime import UTC, datetime

import factory

from backoffice.models import AccessLog, Job, User

MORNING = datetime(2025, 7, 21, 0, 0, tzinfo=UTC)


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"staff{n}")
    last_name = "佐藤"
    first_name = "健一"
    roles: list[str] = []
    password = "!"


class AccessLogFactory(factory.django.DjangoModelFactory[AccessLog]):
    class Meta:
        model = AccessLog

    at = MORNING
    user = factory.SubFactory(UserFactory)
    action = AccessLog.Action.VIEW
    screen = "person-detail"


class JobFactory(factory.django.DjangoModelFactory[Job]):
    class Meta:
        model = Job

    kind = "import_insured"
    subject = factory.Sequence(lambda n: f"subject-{n}")
    started_by = factory.SubFactory(UserFactory)
    created_at = MORNING

    class Params:
        running = factory.Trait(state=Job.State.RUNNING, started_at=MORNING, heartbeat_at=MORNING, total=100)
        finished = factory.Trait(state=Job.State.DONE, started_at=MORNING, finished_at=MORNING)
