"""Pages that are no lists: one record, one form, one action, one progress bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView
from django_htmx.http import HttpResponseClientRefresh

from backoffice.access import PermittedView
from backoffice.models import AccessLog
from backoffice.refusal import Refused
from backoffice.services.access_log import log_access

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django import forms
    from django.http import HttpRequest, HttpResponse
    from django_stubs_ext import StrOrPromise

    from backoffice.parts import Crumb, Progress

Record = TypeVar("Record", bound=Model)

if TYPE_CHECKING:
    _FormView = FormView[forms.Form]
else:
    _FormView = FormView


class DetailPageView(PermittedView, TemplateView, Generic[Record]):
    """The page of one record, found by its public id among those the user may see (others are a 404).

    With `logged_as` every look is written to the access log under that screen name.
    """

    lookup = "public_id"
    logged_as = ""
    object: Record

    def queryset(self) -> QuerySet[Record]:
        """Every record the user may see."""
        raise NotImplementedError  # every page has its own

    def people_shown(self) -> Iterable[UUID]:
        """The public ids of further people whose data stands on the page; each is a row of the access log."""
        return ()

    def page_title(self) -> str:
        """The heading; opaque numbers rather than names, because it also becomes the window's title."""
        return str(self.object)

    def crumbs(self) -> list[Crumb]:
        """The way back."""
        return []

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the record."""
        key = kwargs[self.lookup]
        self.object = get_object_or_404(self.queryset(), **{self.lookup: key})
        if self.logged_as:
            log_access(
                user=self.staff,
                action=AccessLog.Action.VIEW,
                screen=self.logged_as,
                subject=str(key),
                people=self.people_shown(),
                at=self.at,
            )
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the template draws; extend it with facts, actions and the rest."""
        page = {"object": self.object, "title": self.page_title(), "crumbs": self.crumbs()}
        return super().get_context_data(**kwargs) | page


class FormPageView(PermittedView, _FormView):
    """A page with one form: valid data goes to one service, whose refusal is shown at the form."""

    title: StrOrPromise = ""
    submit_label: StrOrPromise = _("保存する")
    template_name = "backoffice/form_page.html"

    def perform(self, form: Any) -> str:
        """Call the one service; return the message of success.

        :raises Refused: shown to the user at the top of the form.
        """
        raise NotImplementedError  # every form has its own

    def next_url(self) -> str:
        """Where to go after success."""
        raise NotImplementedError  # every form has its own

    def cancel_url(self) -> str:
        """Where to go instead; empty: no such link."""
        return ""

    def crumbs(self) -> list[Crumb]:
        """The way back."""
        return []

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Do it and go on, or show why not."""
        try:
            message = self.perform(form)
        except Refused as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form)
        messages.success(self.request, message)
        return redirect(self.next_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the template draws."""
        page = {"title": self.title, "crumbs": self.crumbs(), "submit_label": self.submit_label}
        return super().get_context_data(**kwargs) | page | {"cancel_url": self.cancel_url()}


class ActionView(PermittedView):
    """A button: POST only, one service call, back to a page with a message."""

    http_method_names = ["post"]
    form_class: type[forms.Form] | None = None
    cleaned_data: dict[str, Any]

    def act(self) -> str:
        """Call the one service; return the message of success.

        :raises Refused: shown to the user as the page's message.
        """
        raise NotImplementedError  # every action has its own

    def next_url(self) -> str:
        """Where to go afterwards, whether it worked or not."""
        raise NotImplementedError  # every action has its own

    def get_form_kwargs(self) -> dict[str, Any]:
        """What the form is built from."""
        return {"data": self.request.POST, "files": self.request.FILES}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do it, say what happened, go back."""
        form = self.form_class(**self.get_form_kwargs()) if self.form_class else None
        if form is not None and not form.is_valid():
            for errors in form.errors.values():
                messages.error(request, " ".join(str(error) for error in errors))
            return redirect(self.next_url())
        self.cleaned_data = form.cleaned_data if form is not None else {}
        try:
            messages.success(request, self.act())
        except Refused as refusal:
            messages.error(request, refusal.message)
        return redirect(self.next_url())


class ProgressView(PermittedView):
    """What a progress bar asks for every two seconds; reloads the page around it once the work has ended."""

    http_method_names = ["get"]
    keeps_awake = False

    def progress(self) -> Progress:
        """How far the work is."""
        raise NotImplementedError  # every kind of work has its own

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The progress bar alone."""
        progress = self.progress()
        if not progress.running:
            return HttpResponseClientRefresh()
        return render(request, "partials/_progress.html", {"progress": progress})
