"""What exceptions and unknown pieces have in common on the screens: whose they are, until when, what was done, how old they are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BooleanField,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import ExtractDay
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.models import User
from backoffice.pages import ActionView
from backoffice.parts import Action, Tile, TimelineEntry
from backoffice.roles import PERMISSIONS, Permission
from backoffice.staff import staff_name
from backoffice.templatetags.backoffice import iso
from backoffice.tones import Tone
from returns.filters import Whose
from returns.forms import ExceptionAssignForm, ExceptionDueForm, NoteForm, TakeOverForm
from returns.services import assign_exception, comment_on_exception, postpone_exception
from returns.states import ExceptionState, ExceptionStep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from django.forms import Form

    from returns.models import DeliveryException, ExceptionEntry, UnknownEntry, UnknownReturn

LONG = timedelta(days=30)


def workers_for(user: User) -> QuerySet[User]:
    """Who something the user may see can be given to: staff of everywhere or of the user's branch."""
    roles = [role.value for role, allowed in PERMISSIONS.items() if Permission.WORK_EXCEPTIONS in allowed]
    rows = User.objects.filter(is_active=True, roles__overlap=roles).order_by("username")
    return rows.filter(branch_code__in=["", user.branch_code]) if user.branch_code else rows


def with_age(rows: QuerySet[Any], *, since: str, at: datetime) -> QuerySet[Any]:
    """The rows with their `age` in days and whether they are `late`."""
    late = Q(state=ExceptionState.OPEN, due_on__lt=timezone.localdate(at))
    aged: QuerySet[Any] = rows.annotate(
        age=ExtractDay(ExpressionWrapper(Value(at) - F(since), output_field=DurationField())),
        late=ExpressionWrapper(late, output_field=BooleanField()),
    )
    return aged


def work_tiles(rows: QuerySet[Any], *, since: str, here: str, at: datetime, reader: User) -> list[Tile]:
    """How much waits, how long, and for whom."""
    counts = rows.filter(state=ExceptionState.OPEN).aggregate(
        open=Count("pk"),
        late=Count("pk", filter=Q(due_on__lt=timezone.localdate(at))),
        nobody=Count("pk", filter=Q(owner__isnull=True)),
        mine=Count("pk", filter=Q(owner=reader)),
        old=Count("pk", filter=Q(**{f"{since}__lt": at - LONG})),
    )
    late_url = f"{here}?whose={Whose.OVERDUE.value}"
    return [
        Tile(_("未対応"), counts["open"], url=f"{here}?state=open"),
        Tile(_("期限切れ"), counts["late"], url=late_url, tone=_alarm(counts["late"])),
        Tile(_("30日を超えるもの"), counts["old"], tone=_alarm(counts["old"])),
        Tile(_("担当なし"), counts["nobody"], url=f"{here}?whose={Whose.NOBODY.value}"),
        Tile(_("自分の担当"), counts["mine"], url=f"{here}?whose={Whose.MINE.value}&state=open"),
    ]


def _alarm(count: int) -> Tone:
    return Tone.DANGER if count else Tone.NEUTRAL


def work_done(found: DeliveryException | UnknownReturn) -> list[TimelineEntry]:
    """What has been done about it, newest first."""
    rows = found.entries.select_related("by", "owner").order_by("-pk")
    return [TimelineEntry(row.at, entry_title(row), row.note, staff_name(row.by)) for row in rows]


def entry_title(entry: ExceptionEntry | UnknownEntry) -> str:
    """What somebody did, in words."""
    if entry.step == ExceptionStep.ASSIGNED:
        return _("担当を %(owner)s さんにしました") % {"owner": staff_name(entry.owner)}
    if entry.step == ExceptionStep.DUE:
        return _("期限を %(due)s にしました") % {"due": iso(entry.due_on)}
    return entry.get_step_display()


def work_actions(
    found: DeliveryException | UnknownReturn,
    reader: User,
    kind: str,
    own: Callable[[], list[Action]],
    second: Sequence[Action] = (),
) -> list[Action]:
    """What can be done about an open one whose addresses begin with `kind`; `own` ends it and is not offered while somebody else
    has it: they have to be asked first. `second` is what somebody else than whoever has it is there for."""
    keys, seen = {"public_id": found.public_id}, {"instead_of": found.owner}
    urls = {
        name: reverse(f"returns:{kind}-{name}", kwargs=keys) for name in ("take", "assign", "due", "comment")
    }
    workers = workers_for(reader)
    assign = ExceptionAssignForm(staff=workers, initial=seen, auto_id="assign_%s")
    offered = [
        Action(_("担当を決める"), urls["assign"], form=assign),
        Action(_("期限を変える"), urls["due"], form=ExceptionDueForm(auto_id="due_%s")),
        Action(_("経過を書く"), urls["comment"], form=NoteForm(auto_id="comment_%s")),
    ]
    if found.owner_id not in (None, reader.pk):
        ask = _("%(owner)s さんの担当です。引き継ぎますか。") % {"owner": staff_name(found.owner)}
        form = TakeOverForm(staff=workers, initial=seen, auto_id="take_%s")
        return [*second, Action(_("担当を引き継ぐ"), urls["take"], confirm=ask, form=form), *offered]
    offered += [*second, *own()]
    if found.owner_id == reader.pk:
        return offered
    return [Action(_("自分が担当する"), urls["take"]), *offered]


class WorkActionView(ActionView):
    """A button on the page of one of them."""

    permission = Permission.WORK_EXCEPTIONS

    def exception(self) -> DeliveryException | UnknownReturn:
        """The one the button belongs to."""
        raise NotImplementedError  # each kind has its own


class TakeView(WorkActionView):
    form_class: type[Form] = TakeOverForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"staff": workers_for(self.staff)}

    def act(self) -> str:
        seen = self.cleaned_data["instead_of"]
        found = self.exception()
        assign_exception(exception=found, owner=self.staff, at=self.at, by=self.staff, instead_of=seen)
        return _("担当になりました。")


class AssignView(TakeView):
    form_class = ExceptionAssignForm

    def act(self) -> str:
        found = self.exception()
        assign_exception(exception=found, at=self.at, by=self.staff, **self.cleaned_data)
        return _("担当を決めました。")


class DueView(WorkActionView):
    form_class = ExceptionDueForm

    def act(self) -> str:
        postpone_exception(exception=self.exception(), at=self.at, by=self.staff, **self.cleaned_data)
        return _("期限を変えました。")


class CommentView(WorkActionView):
    form_class = NoteForm

    def act(self) -> str:
        note = self.cleaned_data["note"]
        comment_on_exception(exception=self.exception(), note=note, at=self.at, by=self.staff)
        return _("経過を記録しました。")
