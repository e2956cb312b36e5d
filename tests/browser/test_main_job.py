"""One campaign from files to re-routed envelopes, by hand, on real workers."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from backoffice.roles import Role
from demo.files import FileForm, write_roster
from mailing.models import Envelope, PrintBatch
from mailing.states import EnvelopeKind
from returns.queries import check_integrity
from tests.factories.mailing import a_campaign

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.person import Person

pytestmark = pytest.mark.browser


def take_in_files(clerk: Person, folder: Path) -> None:
    write_roster(folder, count=20, seed=3, form=FileForm(broken=0, prefectures=("13",)))
    clerk.go_to("取込")
    clerk.follow("事業所ファイルを取り込む")
    clerk.upload(folder / "employers.csv")
    clerk.go_to("取込")
    clerk.follow("加入者ファイルを取り込む")
    clerk.upload(folder / "insured.csv")
    clerk.go_to("取込")
    clerk.follow("insured.csv")
    clerk.reads("取込")


def make_batches(clerk: Person) -> None:
    clerk.go_to("対象者判定")
    clerk.press("対象者を判定する")
    clerk.waits_for_job()
    for step in ("1. 封筒を作成する", "2. バッチを計画する"):
        clerk.go_to("印刷バッチ")
        clerk.follow("作成の準備")
        clerk.press(step)
        clerk.waits_for_job()
    clerk.go_to("印刷バッチ")
    clerk.follow("作成の準備")
    clerk.press("3. すべて組版する")
    clerk.is_told("組版を始めました")


def open_batch(person: Person, batch: PrintBatch) -> None:
    person.go_to("印刷バッチ")
    person.follow(batch.number)
    expect(person.page.get_by_role("heading", level=1)).to_contain_text(batch.number)


def look_at_sample(supervisor: Person) -> None:
    """Every page of it, by the Enter key alone."""
    supervisor.follow("見本を確認する")
    supervisor.finds_no_barrier()
    told = supervisor.page.get_by_text("見本をすべて確認しました。")
    seen = supervisor.page.get_by_role("button", name="確認した（次へ）")
    while not told.count():
        expect(seen).to_be_focused()
        address = supervisor.page.url
        supervisor.page.keyboard.press("Enter")
        expect(supervisor.page).not_to_have_url(address)


def package_of(supervisor: Person) -> dict[str, bytes]:
    with supervisor.page.expect_download() as download:
        supervisor.follow("引渡し一式を保存")
    with zipfile.ZipFile(download.value.path()) as packed:
        return {Path(name).name: packed.read(name) for name in packed.namelist()}


def results_of(package: dict[str, bytes], path: Path) -> Path:
    rows = csv.DictReader(io.StringIO(package["envelopes.csv"].decode("cp932")))
    lines = [f"{row['piece_no']},{row['make_no']},inserted" for row in rows]
    path.write_text("\n".join(["piece_no,make_no,outcome", *lines]) + "\n")
    return path


def test_two_people_carry_a_campaign_from_files_to_rerouted_envelopes(
    as_person: Callable[..., Person], tmp_path: Path
) -> None:
    campaign = a_campaign("R7")
    clerk = as_person("clerk", Role.CLERK, Role.RETURNS)
    supervisor = as_person("supervisor", Role.SUPERVISOR)
    take_in_files(clerk, tmp_path)
    make_batches(clerk)
    batch = PrintBatch.objects.filter(kind=EnvelopeKind.PERSONAL, branch="13").order_by("pk")[0]

    # The clerk watches it being made, looks at a page, and cannot approve it.
    open_batch(clerk, batch)
    expect(clerk.page.locator("h1 + .badge, .page-head .badge").first).to_contain_text(
        "組版済み", timeout=60_000
    )
    clerk.finds_no_barrier()
    clerk.follow("印刷イメージを見る")
    picture = clerk.page.locator(".proof img")
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("image => image.naturalWidth") > 600
    open_batch(clerk, batch)
    clerk.confirm("承認者に提出する")
    clerk.is_told("承認者に提出しました")
    assert clerk.page.get_by_text("承認する", exact=True).count() == 0

    # Another person approves and hands over.
    supervisor.page.reload()
    supervisor.follow("承認を待つバッチ")
    supervisor.follow(batch.number)
    supervisor.finds_no_barrier()
    look_at_sample(supervisor)
    supervisor.confirm("承認する")
    supervisor.is_told("承認しました")
    supervisor.confirm("印刷会社に引き渡す")
    supervisor.is_told("引渡し一式を作成しました")
    package = package_of(supervisor)
    assert sorted(package) == ["batch.pdf", "envelopes.csv", "manifest.json"]

    # The vendor's answer comes in, and the batch goes to the post.
    open_batch(clerk, batch)
    panel = clerk.page.locator(
        "details.confirm", has=clerk.page.locator("summary", has_text="封入結果を取り込む")
    )
    panel.locator("summary").click()
    panel.locator("input[type=file]").set_input_files(results_of(package, tmp_path / "results.csv"))
    panel.get_by_role("button", name="確定：封入結果を取り込む").click()
    clerk.is_told("未報告 0")
    clerk.confirm("差出を記録する", on="2025-08-01")
    clerk.is_told("差出を記録しました")

    # One envelope comes back over the desk, by keyboard alone, and again by mistake.
    envelope = Envelope.objects.filter(batch=batch, state="posted", employer__status="1").order_by(
        "position"
    )[0]
    clerk.go_to("還付受付")
    clerk.page.keyboard.press("Alt+Digit2")
    clerk.page.get_by_label("還付日").fill("2025-08-10")
    clerk.page.locator("#scanned").focus()
    for word in ("事業所へ", "受付済みです"):
        clerk.page.keyboard.type(envelope.piece_no)
        clerk.page.keyboard.press("Enter")
        expect(clerk.page.locator(".scan-word")).to_contain_text(word)

    # The monthly cycle makes it anew for the employer.
    supervisor.go_to("月次再送付")
    supervisor.page.get_by_label("締切日").fill("2025-08-31")
    supervisor.press("この締切日で数える")
    supervisor.waits_for_job()
    supervisor.follow("元の画面へ戻る")
    supervisor.reads("事業所へ再作成")
    supervisor.finds_no_barrier()
    supervisor.confirm("再送付を実行する")
    supervisor.waits_for_job()
    supervisor.reads("再作成 1通")
    made, household = Envelope.objects.get(parent=envelope), envelope.household
    assert household is not None
    assert (made.kind, made.employer_id) == (EnvelopeKind.EMPLOYER, household.employer_id)

    # The hotline finds the person and reads the whole story.
    clerk.go_to("照会")
    clerk.page.get_by_label("記号・番号、氏名、カナ、生年月日、封筒番号、引受番号のいずれか").fill(
        f"{household.symbol} {household.number}"
    )
    clerk.press("検索")
    clerk.page.locator("#results tbody a").first.click()
    clerk.reads("が還付されました")
    assert household.symbol not in clerk.page.url
    clerk.finds_no_barrier()
    clerk.go_to("ホーム")
    assert [finding for finding in check_integrity(campaign) if finding.breaches] == []
