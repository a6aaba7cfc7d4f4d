"""The exported report is one file: nothing is loaded, nothing fails, and what users wrote stays text."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from core.models.profiles import profile
from core.paths import PROJECT
from core.progress import Silent
from core.report.document import html_document
from core.report.sources import ReportChoice, report_of
from core.store import Store
from tests.browser import SENTENCE, find_browser

ATTACK = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">"
PATIENCE_MS = 120_000
TABLE = (PROJECT / "docs" / "runs" / "workstation.csv").read_text("utf-8")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report of a table whose name and sets, and of a rule whose title, hold markup."""
    store = Store.open(tmp_path_factory.mktemp("file") / "studio.duckdb")
    rule = {"name": ATTACK, "intercept": 1, "terms": [{"indicator": "reward", "coefficient": -1, "symbol": ATTACK}]}
    number = store.rules.save(ATTACK, rule)
    table = TABLE.replace("fused 01", f'"{ATTACK.replace(chr(34), chr(34) * 2)}"', 1)
    choice = ReportChoice(table=(f"{ATTACK}.csv", table.encode()), rule=number)
    made = html_document(report_of(store, choice, profile("embedded"), Silent()))
    store.close()
    return made


def test_what_users_wrote_stands_escaped_and_nowhere_as_markup(document: str) -> None:
    assert ATTACK not in document and "&lt;script&gt;document.title" in document
    assert "<img src=x" not in document


def test_plotly_stands_in_the_file_once_and_nothing_is_linked(document: str) -> None:
    assert len(re.findall(r"plotly\.js v\d", document)) == 1
    assert not re.findall(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["'](?!data:)""", document)


@pytest.mark.journey
def test_it_opens_offline_without_a_request_or_an_error_and_draws_its_plots(document: str, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(document, "utf-8")
    program = find_browser()
    if program is None:
        pytest.fail(SENTENCE)
    with ThreadPoolExecutor(1) as thread:  # other tests of this process may have left Playwright open in theirs
        thread.submit(_look, file, program).result()


def _look(file: Path, program: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        _opens_offline(file, browser)
        browser.close()


def _opens_offline(file: Path, browser: Browser) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    asked, wrong = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_selector(".js-plotly-plot .scatterlayer .points path")
    assert page.locator(".js-plotly-plot .subplot").count() == 5
    assert page.title().startswith("InstructMining report") and page.locator("img").count() == 0
    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()] and wrong == []
    context.close()
