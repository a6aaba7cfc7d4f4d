"""Curate: one press, the steps with their states, and one page of what came of it."""

from pathlib import Path

from pages.components import workspace
from tests.pages.conftest import Studio, button, press, told, until


def test_a_quick_curation_is_begun_watched_and_told(scored: Studio) -> None:
    app = scored.open("curate")
    assert "No datasets" not in told(app) and button(app, "Curate")
    app.multiselect(key="curate datasets").set_value([scored.store.datasets.all()[0].dataset_id]).run()
    app.toggle(key="curate quick").set_value(True).run()
    assert "Nothing is tuned, so nothing is proved" in told(app)
    press(app, "Curate")
    until(lambda: any("Files" in each.value for each in app.run().subheader), otherwise=lambda: told(app))
    assert not app.exception and not app.error
    (curation,) = workspace.studio().curations.all()
    assert curation.next_step is None and Path(curation.files).is_file()
    said = told(app)
    assert "Quick: nothing was tuned" in said and f"{curation.keep} rows kept of" in said.replace(",", "")
    assert said.count(":material/check_circle:") >= 4

    press(app, "All curations")
    assert curation.name in told(app) and "done" in told(app)
    app.button(key=f"open curation {curation.number}").click().run()
    app.button(key="delete curation").click().run()
    assert workspace.studio().curations.all() == [] and len(scored.store.selections.all()) == 1


def test_keeping_everything_is_refused_in_a_sentence(scored: Studio) -> None:
    app = scored.open("curate")
    keep = next(each for each in app.number_input if each.label == "Rows to keep")
    keep.set_value(1_000_000).run()
    press(app, "Curate")
    assert "are to be kept of" in app.error[0].value and workspace.studio().curations.all() == []


def test_questions_of_ones_own_are_loaded_on_the_page_and_become_the_target(scored: Studio, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text('{"instruction": "Why?", "output": "Because."}')
    app = press(scored.open("curate"), "Load evaluation set")
    app.text_input(key="evaluation path").set_value(str(file))
    press(app, "Load evaluation set")
    press(app, "Load evaluation set", "Save")
    (target,) = [each for each in app.selectbox if each.label == "Target"]
    assert target.value == scored.store.evaluation_sets.all()[-1].evaluation_set_id
    assert scored.store.evaluation_sets.all()[-1].name == "mine"


def test_without_data_it_says_what_to_do(scored: Studio) -> None:
    for each in scored.store.datasets.all():
        scored.store.datasets.delete(each.dataset_id)
    app = scored.open("curate")
    assert "No datasets. Load data first." in told(app) and not app.exception
