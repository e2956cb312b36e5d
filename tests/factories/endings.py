"""A campaign that has been through everything and in which nothing is open any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backoffice.models import CallNote
from backoffice.roles import Role
from backoffice.services.call_notes import note_call
from issuance.models import Certificate, InsuredPerson, Reject, RosterImport
from issuance.services import publish_target_lists
from japan.piece_number import ENVELOPE_SHIFT, piece_number
from mailing.models import Envelope, PrintBatch
from mailing.services import Address, close_batch, pack_target_lists, plan_batches
from returns.models import AddressCorrection, DeliveryException, UnknownReturn
from returns.services import (
    answer_question,
    collect_card,
    comment_on_exception,
    correct_reason,
    hold_return,
    lift_hold,
    propose_resend,
    record_return,
    reroute,
    resolve_exception,
    resolve_unknown,
    withdraw_resend,
)
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    an_employer,
    clerk,
    pack_and_plan,
    post,
    staff,
    supervisor,
)
from tests.factories.returns import CUTOFF, RETURNED_ON, desk

if TYPE_CHECKING:
    from issuance.models import Campaign

# What stands nowhere once the campaign's personal data is erased: a word for each place where staff or files may name somebody.
TELLING = (
    *(
        "夏目漱石之助",
        "ﾅﾂﾒ ｿｳｾｷﾉｽｹ",
        "早稲田南町七",
        "坊っちゃん荘",
        "7654321",
        "猫の世話で留守",
        "訂正前の住所",
    ),
    *(
        "松山市道後湯之町",
        "電話で新住所を確認",
        "保留は甥の依頼",
        "三四郎に渡した",
        "那美さんの筆跡",
        "却下された明智",
    ),
    *("応対では小川と名乗る", "返納は草平の代理"),
)


def an_ended_campaign(**columns: Any) -> Campaign:
    """Three households: one re-made for its employer, one exceptional, one that got its cards; every batch closed, everything
    that hangs on them resolved, `TELLING` words in every place that has room for them. `columns` are the campaign's.
    """
    campaign = a_campaign(**columns)
    to_employer = a_household(campaign, "00", "01", employer=an_employer())
    to_employer.number = "7654321"
    to_employer.save()
    InsuredPerson.objects.filter(household=to_employer).update(
        name="夏目漱石之助",
        name_print="夏目漱石之助",
        name_key="夏目漱石之助",
        name_kana="ﾅﾂﾒ ｿｳｾｷﾉｽｹ",
        kana_key="ﾅﾂﾒ ｿｳｾｷﾉｽｹ",
        address1="東京都新宿区早稲田南町七",
        address2="坊っちゃん荘",
    )
    a_household(campaign, "00")
    a_household(campaign, "00", "01")
    roster = RosterImport.objects.get()
    people = InsuredPerson.objects.count()
    RosterImport.objects.update(rows=people + 1, accepted=people, rejected=1)
    Reject.objects.create(source=roster, line=9, column="name", rule="name_missing", message="却下された明智")
    publish_target_lists(campaign=campaign, at=MORNING, by=None)
    pack_target_lists(campaign=campaign, at=MORNING, by=None)
    pack_and_plan(campaign)
    _post_all_batches(campaign)
    _let_come_back(campaign)
    _post_all_batches(campaign)
    _settle(campaign)
    for batch in PrintBatch.objects.order_by("pk"):
        close_batch(batch=batch, by=clerk(), at=MORNING)
    return campaign


def _post_all_batches(campaign: Campaign) -> None:
    plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None)
    for batch in PrintBatch.objects.filter(campaign=campaign, state="planned").order_by("pk"):
        post(batch)


def _let_come_back(campaign: Campaign) -> None:
    """The first two households' envelopes, and a piece nobody has sent."""
    by = desk()
    sent = Envelope.objects.filter(kind="personal").order_by("ordinal")
    nobodys = piece_number(99_999_999_999, shift=ENVELOPE_SHIFT)
    for scanned in (sent[0].piece_no, sent[1].piece_no, nobodys):
        answer = record_return(
            campaign=campaign,
            scanned=scanned,
            reason="moved",
            returned_on=RETURNED_ON,
            at=MORNING,
            by=by,
            note="猫の世話で留守",
        )
        if answer.event is not None:
            correct_reason(event=answer.event, reason="refused", at=MORNING, by=by, note="訂正前の住所")
            correct_reason(event=answer.event, reason="moved", at=MORNING, by=by, note="那美さんの筆跡")
            hold = hold_return(event=answer.event, reason="保留は甥の依頼", at=MORNING, by=supervisor())
            lift_hold(hold=hold, at=MORNING, by=supervisor())
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)


def _settle(campaign: Campaign) -> None:
    """The exception, the unknown piece, a collected card with its question, a call."""
    exception, by = DeliveryException.objects.get(), staff(Role.SUPERVISOR)
    comment_on_exception(exception=exception, note="三四郎に渡した", at=MORNING, by=by)
    propose_resend(
        exception=exception,
        to=Address("7900842", "愛媛県松山市道後湯之町"),
        note="電話で新住所を確認",
        at=MORNING,
        by=by,
    )
    withdraw_resend(correction=AddressCorrection.objects.get(), at=MORNING, by=by)
    resolve_exception(exception=exception, resolution="handed_over", note="三四郎に渡した", at=MORNING, by=by)
    unknown = UnknownReturn.objects.get()
    resolve_unknown(
        piece=unknown, outcome="passed_on", answer="三四郎に渡した", at=MORNING, by=staff(Role.CLERK)
    )
    card = Certificate.objects.filter(state="live").order_by("pk").last()
    assert card
    collected = collect_card(
        campaign=campaign,
        serial=card.serial,
        reason="other",
        collected_on=RETURNED_ON,
        at=MORNING,
        by=clerk(),
    )
    answer_question(card=collected, answer="返納は草平の代理", at=MORNING, by=clerk())
    note_call(
        subject=card.person.public_id,
        caller=CallNote.Caller.values[0],
        text="応対では小川と名乗る",
        at=MORNING,
        by=clerk(),
    )
