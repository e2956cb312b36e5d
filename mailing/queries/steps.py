"""How far envelopes have come: the same conditions for the numbers of the home page and for the lists they lead to."""

from __future__ import annotations

from django.db.models import Q

from mailing.states import (
    NOT_YET_POSTED,
    POSTED_ENVELOPE_STATES,
    BatchState,
    EnvelopeState,
    EnvelopeStep,
    batch_states_from,
)

_MADE = ~Q(state=EnvelopeState.PULLED)
STEP_CONDITIONS: dict[str, Q] = {
    EnvelopeStep.MADE.value: _MADE,
    EnvelopeStep.RENDERED.value: _MADE & Q(batch__state__in=sorted(batch_states_from(BatchState.RENDERED))),
    EnvelopeStep.APPROVED.value: _MADE & Q(batch__state__in=sorted(batch_states_from(BatchState.APPROVED))),
    EnvelopeStep.NOT_POSTED.value: Q(state__in=sorted(NOT_YET_POSTED)),
    EnvelopeStep.POSTED.value: Q(state__in=sorted(POSTED_ENVELOPE_STATES)),
    EnvelopeStep.RETURNED.value: Q(state__in=sorted(POSTED_ENVELOPE_STATES - {EnvelopeState.POSTED.value})),
}
