from __future__ import annotations

from datetime import UTC, datetime

from factory.declarations import Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from backoffice.models import AccessLog, Job, User

MORNING = datetime(2025, 7, 21, 0, 0, tzinfo=UTC)


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        clerk = Trait(roles=["clerk"])
        supervisor = Trait(roles=["supervisor"])
        returns_desk = Trait(roles=["returns"])
        inquiry = Trait(roles=["inquiry"])
        auditor = Trait(roles=["auditor"])
        admin = Trait(roles=["admin"])

    username = Sequence(lambda n: f"staff{n}")
    last_name = "佐藤"
    first_name = "健一"
    roles: list[str] = []
    password = "!"


class AccessLogFactory(DjangoModelFactory[AccessLog]):
    class Meta:
        model = AccessLog

    at = MORNING
    user = SubFactory(UserFactory)
    action = AccessLog.Action.VIEW
    screen = "person-detail"


class JobFactory(DjangoModelFactory[Job]):
    class Meta:
        model = Job

    kind = "import_insured"
    subject = Sequence(lambda n: f"subject-{n}")
    started_by = SubFactory(UserFactory)
    created_at = MORNING

    class Params:
        running = Trait(state=Job.State.RUNNING, started_at=MORNING, heartbeat_at=MORNING, total=100)
        finished = Trait(state=Job.State.DONE, started_at=MORNING, finished_at=MORNING)
