"""Whether this process can serve: asked by the container's health check and the load balancer."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse

from backoffice.access import public


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """`ok` where the database answers; an error page where it does not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
