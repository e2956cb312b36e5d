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
# The steps that an envelope's batch tells.
STEP_BATCH_STATES: dict[str, list[str]] = {
    EnvelopeStep.RENDERED.value: sorted(batch_states_from(BatchState.RENDERED)),
    EnvelopeStep.APPROVED.value: sorted(batch_states_from(BatchState.APPROVED)),
}
STEP_CONDITIONS: dict[str, Q] = {
    EnvelopeStep.MADE.value: _MADE,
    **{step: _MADE & Q(batch__state__in=states) for step, states in STEP_BATCH_STATES.items()},
    EnvelopeStep.NOT_POSTED.value: Q(state__in=sorted(NOT_YET_POSTED)),
    EnvelopeStep.POSTED.value: Q(state__in=sorted(POSTED_ENVELOPE_STATES)),
    EnvelopeStep.RETURNED.value: Q(state__in=sorted(POSTED_ENVELOPE_STATES - {EnvelopeState.POSTED.value})),
}
