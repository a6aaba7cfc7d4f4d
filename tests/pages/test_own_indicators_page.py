"""Own indicators in the app: switched on in a dialog, scored, plotted, chosen to select by; faults are named."""

from collections.abc import Iterator

import pytest

from core.indicators import registry, use_own
from core.indicators.scoring import scorer_key
from tests.own_indicator import NAME, TITLE, ratio, write_example
from tests.pages.conftest import Studio, go, metric, plots, press, told
from tests.pages.select_page import chosen
from tests.scored_demo import PROFILE
from tests.scored_store import take_scores


@pytest.fixture(autouse=True)
def none_afterwards() -> Iterator[None]:
    yield
    use_own(())


def test_switched_on_it_is_offered_scored_and_plotted_and_switched_off_it_is_gone(scored: Studio, tmp_path) -> None:
    write_example(scored.root)
    app = scored.open("indicators")
    assert NAME not in registry()
    press(app, "Own indicators")
    assert "runs with your rights" in told(app)
    assert f"`{NAME}.py` · off" in told(app)
    app.toggle(key="own indicators switch").set_value(True)
    press(app, "Own indicators")
    assert f"`{NAME}.py` · {TITLE}" in told(app)
    app.run()
    assert NAME in registry()
    assert TITLE in str(app.pills(key="score_indicators").options), "what it lacks is offered to be scored"
    for dataset in scored.store.datasets.all():
        rows = [row for batch in scored.store.rows.iterate(dataset.dataset_id) for _, row in batch]
        key = scorer_key(NAME, PROFILE, dataset.fingerprint)
        values = {NAME: [ratio(row.output) for row in rows]}
        take_scores(scored.store, tmp_path, f"own {dataset.name}", rows, [key], values)
    app = scored.open("indicators")
    assert NAME in plots(app)
    app = chosen(go(app, "select"), rank_by="indicator", indicator=NAME, best="lowest", amount="rows", rows=5)
    assert metric(app, "Kept") == "5"
    app = go(app, "indicators")
    press(app, "Own indicators")
    app.toggle(key="own indicators switch").set_value(False)
    press(app, "Own indicators")
    app.run()
    assert NAME not in registry()
    assert NAME not in plots(app)
    assert not app.exception


def test_a_faulty_file_is_named_on_the_page_and_the_rest_goes_on(scored: Studio) -> None:
    write_example(scored.root, "1 / 0", "broken.py")
    scored.store.settings.set("own_indicators", True)
    app = scored.open("indicators")
    (warning,) = [each.value for each in app.warning if "broken.py" in each.value]
    assert "ZeroDivisionError" in warning
    assert plots(app) and not app.exception
