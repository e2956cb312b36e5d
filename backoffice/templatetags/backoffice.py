"""The tags and filters every template may use: `{% load backoffice %}`."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from backoffice import charts
from backoffice.languages import listed, written_day
from backoffice.staff import role_names, staff_name
from backoffice.tones import ICONS, Tone, tone_of
from japan.piece_number import grouped, is_piece_number

if TYPE_CHECKING:
    from collections.abc import Sequence

register = template.Library()
register.filter("staff_name", staff_name)
register.filter("role_names", role_names)
register.filter("listed", listed)


@register.filter
def number(value: object) -> str:
    """12345 → 12,345; anything that is not a whole number stays as it is."""
    return f"{value:,}" if isinstance(value, int) else str(value)


@register.filter
def piece(value: object) -> str:
    """482913055178 → 4829-1305-5178, as it is printed; anything that is no piece number stays as it is."""
    text = str(value)
    return grouped(text) if is_piece_number(text) else text


@register.filter
def pace(value: float) -> str:
    """1234.5 a day → 1,234; less than ten with one place: 2.4."""
    return f"{value:,.1f}" if 0 < value < 10 else f"{value:,.0f}"


@register.filter
def shown(value: object) -> object:
    """A fact as it is read: numbers with separators, days in 和暦, moments to the minute, a dash for
    nothing.
    """
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return wareki(value)
    return "—" if value in (None, "") else value if isinstance(value, SafeString) else number(value)


@register.filter
def wareki(value: date | None) -> str:
    """令和7年7月21日, in English 2025-07-21; a moment counts as its day in Japan."""
    return written_day(_day(value)) if value else "—"


@register.filter
def iso(value: date | None) -> str:
    """2025-07-21; a moment counts as its day in Japan."""
    return _day(value).isoformat() if value else "—"


@register.filter
def moment(value: datetime | None) -> str:
    """2025-07-21 14:03 in Japan."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else "—"


def _day(value: date) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A sign from the sprite; decoration only, the word beside it says the same. A list has one in every row: each is put together once."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def badge(label: object, tone: Tone | str = Tone.NEUTRAL) -> SafeString:
    """A word with the sign and colour of a tone."""
    return _badge(str(label), Tone(tone))


# By type: a text that is HTML already is not the same as one that only looks like it.
@lru_cache(maxsize=512, typed=True)
def _badge(label: str, tone: Tone) -> SafeString:
    return format_html('<span class="badge badge--{}">{}{}</span>', tone, icon(ICONS[tone]), label)


@register.simple_tag
def state_badge(record: Any, field: str = "state") -> SafeString:
    """The badge of a record's state."""
    return badge(getattr(record, f"get_{field}_display")(), tone_of(getattr(record, field)))


@register.inclusion_tag("partials/_funnel.html")
def funnel(stages: Sequence[charts.Stage], caption: str = "") -> dict[str, Any]:
    """The steps of the work, each as a bar measured by the first."""
    return {"stages": charts.drawn_stages(stages), "caption": caption}


@register.inclusion_tag("partials/_bars.html")
def bars(rows: Sequence[charts.Bar], caption: str) -> dict[str, Any]:
    """A table whose numbers are also bars."""
    drawn = charts.drawn_bars(rows)
    return {"bars": drawn, "caption": caption, "with_share": any(bar.share is not None for bar in drawn)}


@register.inclusion_tag("partials/_weeks.html")
def weeks(columns: Sequence[charts.Week], caption: str) -> dict[str, Any]:
    """Columns over time with marks of what was expected, and the same numbers as a table."""
    return {
        "columns": charts.drawn_weeks(columns),
        "caption": caption,
        "width": max(len(columns), 1) * charts.COLUMN_STEP,
        "height": charts.COLUMN_HEIGHT,
        "column_width": charts.COLUMN_WIDTH,
    }
