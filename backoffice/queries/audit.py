"""The auditor's questions: who looked at how much, what is unusual, what happened in a month (domain.md §7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractHour, TruncDate
from django.utils import timezone

from backoffice.models import AccessLog, Change, Transition, User

if TYPE_CHECKING:
    from collections.abc import Mapping

Action = AccessLog.Action
COUNTS = {
    "views": Count("pk", filter=Q(action=Action.VIEW)),
    "searches": Count("pk", filter=Q(action=Action.SEARCH, subject="")),
    "reveals": Count("pk", filter=Q(action=Action.REVEAL)),
    "prints": Count("pk", filter=Q(action=Action.PRINT_VIEW)),
    "exports": Count("pk", filter=Q(action=Action.EXPORT)),
    "subjects": Count("subject", distinct=True, filter=~Q(subject="")),
}
USUAL_DAYS = 28
MANY, TIMES_USUAL = 50, 3
OPEN_FROM, OPEN_UNTIL = 7, 21
SEEN_BY_MANY = 5


@dataclass(frozen=True, slots=True)
class Volume:
    """What one member of staff looked at on one day, and what is usual for them on a day on which they work."""

    user: User
    views: int
    searches: int
    reveals: int
    prints: int
    exports: int
    subjects: int
    usual: int
    at_night: int

    @property
    def is_unusual(self) -> bool:
        """Far more people or pieces than usual, or work outside the opening hours."""
        return self.at_night > 0 or (self.subjects >= MANY and self.subjects > TIMES_USUAL * self.usual)


def day_range(first: date, last: date) -> tuple[datetime, datetime]:
    """The moments from the beginning of `first` to the end of `last`, the end not included."""
    begin = timezone.make_aware(datetime.combine(first, time.min))
    return begin, timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))


def month_range(month: date) -> tuple[datetime, datetime]:
    """The moments of the month `month` lies in."""
    first = month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return day_range(first, following - timedelta(days=1))


def accesses(begin: datetime, end: datetime) -> QuerySet[AccessLog]:
    """The rows of the access log of a time."""
    return AccessLog.objects.filter(at__gte=begin, at__lt=end)


def volumes(day: date) -> list[Volume]:
    """Everybody who looked at something on `day`, the most seen first."""
    begin, end = day_range(day, day)
    night = Q(hour__lt=OPEN_FROM) | Q(hour__gte=OPEN_UNTIL)
    rows: Any = (
        accesses(begin, end)
        .annotate(hour=ExtractHour("at"))
        .order_by()
        .values("user")
        .annotate(**COUNTS, at_night=Count("pk", filter=night))
    )
    found = {row.pop("user"): row for row in rows}
    users, usual = User.objects.in_bulk(found), _usual(day)
    lines = [Volume(user=users[key], usual=usual.get(key, 0), **counts) for key, counts in found.items()]
    return sorted(lines, key=lambda line: (-line.subjects, line.user.username))


def unusual_readers(day: date) -> int:
    """How many members of staff looked at unusually much on `day`, or at unusual hours."""
    return sum(line.is_unusual for line in volumes(day))


def unusual_key(day: date) -> str:
    """The name under which that is kept where it takes long to count."""
    return f"unusual {day.isoformat()}"


def seen_by_many(day: date, days: int = 7) -> list[tuple[str, int]]:
    """(subject, members of staff) of what many different people looked at within `days` days up to `day`."""
    begin, end = day_range(day - timedelta(days=days - 1), day)
    rows = accesses(begin, end).exclude(subject="").order_by().values_list("subject")
    counted = rows.annotate(staff=Count("user", distinct=True)).filter(staff__gte=SEEN_BY_MANY)
    return list(counted.order_by("-staff", "subject")[:20])


def monthly_counts(month: date) -> list[tuple[User, Mapping[str, int]]]:
    """What each member of staff did in a month, by login name."""
    begin, end = month_range(month)
    rows: Any = accesses(begin, end).order_by().values("user").annotate(**COUNTS)
    found = {row.pop("user"): row for row in rows}
    moved = dict(
        Transition.objects.filter(at__gte=begin, at__lt=end, by__isnull=False)
        .order_by()
        .values_list("by")
        .annotate(Count("pk"))
    )
    changed = dict(
        Change.objects.filter(at__gte=begin, at__lt=end, by__isnull=False)
        .order_by()
        .values_list("by")
        .annotate(Count("pk"))
    )
    users = User.objects.filter(pk__in={*found, *moved, *changed}).order_by("username")
    nothing = dict.fromkeys(COUNTS, 0)
    return [
        (
            user,
            {
                **nothing,
                **found.get(user.pk, {}),
                "moves": moved.get(user.pk, 0),
                "changes": changed.get(user.pk, 0),
            },
        )
        for user in users
    ]


def daily_counts(user: User, *, until: date, days: int = 14) -> list[dict[str, object]]:
    """What one member of staff looked at on each day on which there was anything, the newest first."""
    begin, end = day_range(until - timedelta(days=days - 1), until)
    rows: Any = accesses(begin, end).filter(user=user).annotate(day=TruncDate("at")).order_by().values("day")
    return list(rows.annotate(**COUNTS).order_by("-day"))


def _usual(day: date) -> dict[int, int]:
    """The mean of distinct subjects on the days of the last four weeks on which somebody worked."""
    begin, end = day_range(day - timedelta(days=USUAL_DAYS), day - timedelta(days=1))
    rows = (
        accesses(begin, end)
        .annotate(day=TruncDate("at"))
        .order_by()
        .values("user", "day")
        .annotate(seen=Count("subject", distinct=True, filter=~Q(subject="")))
    )
    days: dict[int, list[int]] = {}
    for row in rows:
        days.setdefault(row["user"], []).append(row["seen"])
    return {user: round(sum(seen) / len(seen)) for user, seen in days.items()}
