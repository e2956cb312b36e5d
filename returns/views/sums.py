"""The home page's numbers as sums that add up: a whole and its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping


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


def overview_sums(numbers: Mapping[str, int], *, people: str, envelopes: str, returns: str) -> list[Sum]:
    """People by outcome, envelopes by how far they are, returns by what has become of them."""
    n = numbers

    def state(url: str, name: str, value: str) -> str:
        return f"{url}{'&' if '?' in url else '?'}{name}={value}" if url else ""

    return [
        Sum(
            _("取り込んだ方"),
            _("人"),
            n["people"],
            (
                Part(_("対象"), n["targets"], people),
                Part(_("個別対応"), n["held"], people),
                Part(_("対象外"), n["excluded"], people),
                Part(_("判定待ち"), n["unjudged"], people),
            ),
        ),
        Sum(
            _("個人宛の封筒"),
            _("通"),
            n["enveloped"],
            (
                Part(_("差出前"), n["enveloped"] - n["posted"], envelopes),
                Part(
                    _("差出済み（還付なし）"),
                    n["posted"] - n["returned"],
                    state(envelopes, "state", "posted"),
                ),
                Part(_("還付"), n["returned"], returns),
            ),
        ),
        Sum(
            _("還付"),
            _("通"),
            n["returned"],
            (
                Part(_("再送付待ち"), n["returned_waiting"], state(returns, "state", "waiting")),
                Part(_("事業所へ再作成"), n["rerouted"], state(returns, "state", "rerouted")),
                Part(_("個別対応"), n["excepted"], state(returns, "state", "exception")),
                Part(_("後日到達"), n["delivered_after_all"], state(returns, "state", "delivered_after_all")),
            ),
        ),
    ]
