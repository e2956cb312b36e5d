"""The Celery application: `celery -A config worker -Q …`."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_after_setup

from backoffice.queues import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("todoke")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def get_press_ready(instance: Any, **_signal: Any) -> None:
    """Read the face and make the tables of the codes before a printing worker forks its processes: they all have them then."""
    from mailing.rendering.press import get_ready  # noqa: PLC0415 - the apps are not loaded any earlier

    if Queue.RENDERING.value in instance.app.amqp.queues.consume_from:
        get_ready()


celeryd_after_setup.connect(get_press_ready)
