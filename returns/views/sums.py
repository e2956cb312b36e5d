"""The home page's numbers as sums that add up: a whole and its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a sum."""

    label: str
    value: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """A whole, its unit and its parts."""

    label: str
    unit: str
    value: int
    parts: tuple[Part, ...]

    @property
    def adds_up(self) -> bool:
        """Whether the parts are the whole."""
        return self.value == sum(part.value for part in self.parts)


def overview_sums(
    numbers: Mapping[str, int], *, people: Callable[[str], str], envelopes: Callable[..., str]
) -> list[Sum]:
    """People by outcome, envelopes by how far they are, returns by what has become of them; `people` gives the address of those
    with an outcome, `envelopes` that of those in a state or at a step."""
    n = numbers
    outcomes = (
        Part(_("対象"), n["targets"], people("target")),
        Part(_("個別対応"), n["held"], people("held")),
        Part(_("対象外"), n["excluded"], people("excluded")),
        Part(_("判定待ち"), n["unjudged"], people("unjudged") if n["unjudged"] else ""),
    )
    made = (
        Part(_("差出前"), n["not_posted"], envelopes(step="not_posted")),
        Part(_("差出済み（還付なし）"), n["posted"] - n["returned"], envelopes(state="posted")),
        Part(_("還付"), n["returned"], envelopes(step="returned")),
    )
    returned = (
        Part(_("再送付待ち"), n["returned_waiting"], envelopes(state="returned")),
        Part(_("事業所へ再作成"), n["rerouted"], envelopes(state="rerouted")),
        Part(_("個別対応"), n["excepted"], envelopes(state="exception")),
        Part(_("後日到達"), n["delivered_after_all"], envelopes(state="delivered_after_all")),
    )
    return [
        Sum(_("取り込んだ方"), _("人"), n["people"], outcomes),
        Sum(_("個人宛の封筒"), _("通"), n["enveloped"], made),
        Sum(_("還付"), _("通"), n["returned"], returned),
    ]
