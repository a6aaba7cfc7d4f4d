"""What users, files and models bring stays text, and no other site gets in, by the browser's own log of requests."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.hostile_store import furnish_with_hostile_texts
from tests.hostile_texts import HOST
from tests.journeys.studio import Studio
from tests.journeys.studio_page import StudioPage, open_tab

pytestmark = pytest.mark.journey
TITLES = ("Curate", "Indicators", "Map", "Experiments", "Rule", "Select", "Compare", "Report", "Jobs", "Storage")
TABS = {"Rule": ("Rule",), "Select": ("Saved",)}
OPENED = ("Experiments", "Compare")
NAMED = f"""() => [...document.querySelectorAll('*')].flatMap(each => [...each.attributes]
    .filter(one => ['src', 'href', 'srcset', 'data', 'poster', 'action', 'background', 'style'].includes(one.name)
        && one.value.toLowerCase().includes('{HOST}')).map(one => each.outerHTML.slice(0, 200)))"""
# Above each table; a spreadsheet would run formulas in what Streamlit writes.
DOWNLOADS = """() => [...document.querySelectorAll('[aria-label^="Download as CSV"]')]
    .map(each => each.checkVisibility())"""
# What another site may try: each part says what came of it.
ATTACK = """<body><script>
const base = "BASE", came = {};
const tried = name => error => came[name] = String(error);
addEventListener("message", event => came.message = event.data);
const frame = document.body.appendChild(Object.assign(document.createElement("iframe"), {src: base + "/datasets"}));
const image = Object.assign(new Image(), {src: base + "/favicon.png", onload: () => came.image = "seen",
    onerror: tried("image")});
const script = document.body.appendChild(Object.assign(document.createElement("script"),
    {src: base + "/_stcore/host-config", onload: () => came.script = "seen", onerror: tried("script")}));
fetch(base + "/_stcore/health", {credentials: "include"}).then(() => came.fetch = "seen", tried("fetch"));
fetch(base + "/media/x", {mode: "no-cors", credentials: "include"}).then(a => came.opaque = a.type, tried("opaque"));
const socket = new WebSocket(base.replace("http", "ws") + "/_stcore/stream", ["streamlit"]);
socket.onopen = () => came.socket = "seen"; socket.onerror = tried("socket");
const form = document.body.appendChild(Object.assign(document.createElement("form"),
    {method: "post", target: "there", action: base + "/_stcore/upload_file/1/2"}));
document.body.appendChild(Object.assign(document.createElement("iframe"), {name: "there"})); form.submit();
</script></body>"""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Studio]:
    """A studio in which all names and texts are hostile."""
    data = tmp_path_factory.mktemp("hostile") / "data"
    furnish_with_hostile_texts(data)
    running = Studio(data, models_dir)
    yield running
    running.stop()


def test_no_text_becomes_more_than_text_on_any_page(browser: Browser, studio: Studio) -> None:
    with open_tab(browser, studio.url) as tab:
        asked: list[str] = []
        tab.page.context.on("request", lambda request: asked.append(request.url))
        tab.open()
        wrong = _opened_parts(tab)
        tab.page.get_by_role("button", name="Load data").click()
        tab.page.get_by_role("tab", name="From a path or address").click()
        field = tab.page.get_by_role("textbox", name="Path or address of a file or folder")
        field.fill(f"/![x](http://{HOST}/p).jsonl")
        field.press("Enter")
        expect(tab.page.get_by_test_id("stAlert").first).to_contain_text("![x](http:")
        wrong += _looked(tab, "an error")
        for title in TITLES:
            tab.go(title)
            wrong += _looked(tab, title)
            if title in OPENED:
                tab.page.get_by_role("button", name="Open", exact=True).first.click()
                tab.settle(title)
                wrong += _looked(tab, f"{title}, opened")
            for name in TABS.get(title, ()):
                tab.page.get_by_role("tab", name=name, exact=True).click()
                tab.settle(title)
                wrong += _looked(tab, f"{title}, {name}")
        assert not wrong
    assert [each for each in asked if not each.startswith((studio.url.partition("/?")[0], "data:", "blob:"))] == []


def _opened_parts(tab: StudioPage) -> list[str]:
    """The rejected rows, which have a hostile text each in three columns."""
    tab.page.get_by_role("button", name="Rejected").first.click()
    expect(tab.page.get_by_role("dialog")).to_be_visible()
    tab.settle()
    tab.page.get_by_role("dialog").get_by_test_id("stDataFrame").hover()
    assert set(tab.page.evaluate(DOWNLOADS)) == {False}
    wrong = _looked(tab, "rejected rows")
    tab.page.keyboard.press("Escape")
    return wrong


def _looked(tab: StudioPage, where: str) -> list[str]:
    tab.settle()
    for plot in tab.page.locator(".nsewdrag:visible").all()[:1]:
        plot.hover(force=True)
    return [f"{where}: {each}" for each in tab.page.evaluate(NAMED)]


@pytest.fixture
def elsewhere(tmp_path: Path, studio: Studio) -> Iterator[str]:
    """A page on another origin of this computer, which is the most that another site can be."""
    (tmp_path / "index.html").write_text(ATTACK.replace("BASE", studio.url.partition("/?")[0]))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield str(server.server_port)
    server.shutdown()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])  # the same site on another port, and another site
def test_a_page_of_another_origin_gets_nothing_though_the_studio_is_open(
    browser: Browser, studio: Studio, elsewhere: str, host: str
) -> None:
    with browser.new_context() as context:
        own, other = context.new_page(), context.new_page()
        own.goto(studio.url)
        expect(own.get_by_role("heading", name="Datasets", exact=True, level=1)).to_be_visible()
        answers: list[tuple[str, int]] = []
        other.on("response", lambda answer: answers.append((answer.url, answer.status)))
        other.goto(f"http://{host}:{elsewhere}/index.html")
        other.wait_for_function("['image', 'script', 'fetch', 'socket', 'opaque'].every(each => each in came)")
        came = other.evaluate("came")
        assert "seen" not in came.values(), came
        inside = [each for each in answers if elsewhere not in each[0].partition("/")[2]]
        assert inside and {status for _, status in inside} == {403}
        assert [_words(frame) for frame in other.frames[1:]] == ["", ""]


def _words(frame: Page) -> str:
    return "" if frame.url.startswith("chrome-error") else frame.locator("body").inner_text().strip()
