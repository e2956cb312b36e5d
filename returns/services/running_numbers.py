"""Running numbers for the parts of a cycle that are worked side by side, as if they came one after another."""

from __future__ import annotations

from threading import Condition


class RunningNumbers:
    """Tells each part the last certificate's and the last envelope's number before its own.

    A part says how many of both it makes and waits until every earlier one has said so: the same returns get the same numbers, however
    many parts there are and whichever is quicker. Parts are begun in their order, so that an earlier one never waits for a later one.
    """

    def __init__(self, *, certificates: int, envelopes: int, parts: int) -> None:
        self._before = (certificates, envelopes)
        self._said: list[tuple[int, int] | None] = [None] * parts
        self._news = Condition()
        self._failure: BaseException | None = None

    def take(self, part: int, certificates: int, envelopes: int, /) -> tuple[int, int]:
        """The last numbers before those of this part (0 …), which makes so many.

        :raises BaseException: what another part has failed with: nobody can say where this one's numbers begin.
        """
        with self._news:
            self._said[part] = (certificates, envelopes)
            self._news.notify_all()
            self._news.wait_for(lambda: self._failure is not None or None not in self._said[:part])
            if self._failure is not None:
                raise self._failure
            said = [one for one in self._said[:part] if one is not None]
            return (
                self._before[0] + sum(made for made, _ in said),
                self._before[1] + sum(made for _, made in said),
            )

    def takes_none(self, part: int) -> None:
        """This part has made nothing, or all that it said."""
        with self._news:
            self._said[part] = self._said[part] or (0, 0)
            self._news.notify_all()

    def give_up(self, failure: BaseException) -> None:
        """A part has failed: nobody waits for it any longer."""
        with self._news:
            self._failure = self._failure or failure
            self._news.notify_all()
