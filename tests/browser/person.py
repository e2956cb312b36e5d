"""A member of staff in front of the screens: goes by the menu, presses buttons by their words, reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import ConsoleMessage, Page

# What may be looked at is what WCAG 2.2 AA asks for.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
JOB_SECONDS = 60_000
# Of radio buttons with one name only the chosen one, or the first, is reached by Tab; arrows do the rest.
MARK_CONTROLS = """() => {
  const groups = new Set();
  window.controls = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter((one) => {
    if (one.disabled || one.type === "hidden" || one.tabIndex < 0 || !one.checkVisibility({visibilityProperty: true})) return false;
    if (one.type !== "radio") return true;
    const group = [...document.querySelectorAll(`input[type=radio][name="${one.name}"]`)];
    return one === (group.find((other) => other.checked) ?? group[0]);
  });
  window.reached = new Set();
  document.activeElement.blur();
  return window.controls.length;
}"""
NOTE_FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  window.reached.add(one);
  const visible = style.outlineStyle !== "none" || style.boxShadow !== "none";
  const left = window.controls.filter((other) => !window.reached.has(other)).length;
  return [one === document.body || visible ? "" : one.outerHTML.slice(0, 120), left];
}"""
# The parts of a field for a day are stops of their own.
STOPS_WITHIN = 4
NOT_REACHED = """() => window.controls.filter((one) => !window.reached.has(one)).map((one) => one.outerHTML.slice(0, 120))"""
PRINTED = """() => {
  const seen = [".side-nav", ".nav-disclosure", ".filter-bar", ".actions", ".header__language"].filter((name) =>
    [...document.querySelectorAll(name)].some((one) => one.checkVisibility()));
  const wide = [...document.querySelectorAll("main *")].filter((one) =>
    one.getBoundingClientRect().right > window.innerWidth + 1 || one.scrollWidth > one.clientWidth + 1 &&
    getComputedStyle(one).overflowX !== "visible" && !one.matches(".visually-hidden, .visually-hidden *"));
  return [seen, wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 120))];
}"""


class Person:
    """One window of one person; an error on the console fails the test."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        page.on("console", self._listen)

    def _listen(self, message: ConsoleMessage) -> None:
        assert message.type != "error", message.text

    def log_in(self, username: str, password: str) -> None:
        self.page.goto(f"{self.address}/login")
        self.page.get_by_label("ログイン名").fill(username)
        self.page.get_by_label("パスワード").fill(password)
        self.page.keyboard.press("Enter")
        heading = self.page.get_by_role("heading", level=1)
        expect(heading).to_have_text(re.compile("ホーム|二要素認証"))
        if heading.inner_text() == "二要素認証":
            self.finds_no_barrier()
            self.press("確認する")
        expect(heading).to_have_text("ホーム")

    def go_to(self, item: str) -> None:
        """A page of the menu."""
        self.page.get_by_role("navigation").get_by_role("link", name=item, exact=True).first.click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(item)
        self.finds_no_barrier()

    def press(self, words: str) -> None:
        """A button that acts at once."""
        self.page.get_by_role("button", name=words, exact=True).click()

    def confirm(self, words: str, **entries: str) -> None:
        """A button that opens a panel first: fill in what it asks for, by the names of its fields, and confirm."""
        panel = self.page.locator("details.confirm", has=self.page.locator("summary", has_text=words))
        panel.locator("summary").click()
        for name, value in entries.items():
            panel.locator(f"[name={name}]").fill(value)
        panel.get_by_role("button", name=f"確定：{words}").click()

    def follow(self, words: str) -> None:
        """A link."""
        self.page.get_by_role("link", name=words, exact=True).first.click()

    def upload(self, path: Path) -> None:
        """A file into the page's form, and the job behind it to its end."""
        self.page.locator("input[type=file]").set_input_files(path)
        self.press("取込を始める")
        self.waits_for_job()

    def waits_for_job(self) -> None:
        """The job page, until the work is done."""
        expect(self.page.locator(".progress__label")).to_contain_text("完了", timeout=JOB_SECONDS)

    def is_told(self, words: str) -> None:
        """A message on the page."""
        expect(self.page.locator(".messages")).to_contain_text(words)

    def reads(self, words: str) -> None:
        """Somewhere in the page's content."""
        expect(self.page.locator("main")).to_contain_text(words)

    def reaches_everything_by_keyboard(self) -> None:
        """Tab leads to every control that can be seen, and shows where it is."""
        count = self.page.evaluate(MARK_CONTROLS)
        unseen = set()
        for _press in range(count * STOPS_WITHIN):
            self.page.keyboard.press("Tab")
            hidden, left = self.page.evaluate(NOTE_FOCUS)
            unseen |= {hidden} - {""}
            if not left:
                break
        missed = self.page.evaluate(NOT_REACHED)
        assert not missed, f"not reached by Tab on {self.page.url}: {missed}"
        assert not unseen, f"no sign of the focus on {self.page.url}: {unseen}"

    def prints_whole(self) -> None:
        """On paper there is no menu, and nothing sticks out."""
        self.page.emulate_media(media="print")
        shown, wide = self.page.evaluate(PRINTED)
        self.page.emulate_media(media="screen")
        assert not shown, f"printed on {self.page.url}: {shown}"
        assert not wide, f"sticks out of the paper on {self.page.url}: {wide}"

    def finds_no_barrier(self) -> None:
        """Nothing on the page breaks WCAG 2.2 AA as far as a program can tell."""
        found = Axe().run(self.page, options=RULES)
        assert found.violations_count == 0, found.generate_report()
