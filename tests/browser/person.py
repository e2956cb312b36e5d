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

    def finds_no_barrier(self) -> None:
        """Nothing on the page breaks WCAG 2.2 AA as far as a program can tell."""
        found = Axe().run(self.page, options=RULES)
        assert found.violations_count == 0, found.generate_report()
