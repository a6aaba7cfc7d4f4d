"""Curate: from data to files in one go, step by step, resumed where it was left."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import SelectionError, StoreError
from core.experiments.tournament.plan import Entrant
from core.progress import Cancelled
from core.rows.filters import Filters
from core.selection.ways import way
from core.workspace.curation import QUICK_WAY, CurationStep, keep_curation
from jobs.api import Studio
from jobs.api.curation_steps import LENGTHS, tournament_size
from jobs.api.scores import ScoreSection
from jobs.api.tournaments import TournamentSection

KEEP = 12


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with Studio.open(tmp_path / "data") as opened:
        yield opened


class StopsAt:
    """Cancels the work when it says this."""

    def __init__(self, word: str) -> None:
        self.word = word

    def update(self, done: int, total: int, message: str = "") -> None:
        if self.word in message:
            raise Cancelled


def test_a_quick_curation_checks_selects_and_exports_and_says_that_nothing_is_proved(studio: Studio) -> None:
    cost = studio.curations.foresee(["scrape"], KEEP, quick=True)
    assert cost.models == 0
    begun = studio.curations.begin(["scrape"], KEEP, quick=True, name="best of scrape")
    assert begun.steps == (CurationStep.CHECK, CurationStep.SCORE, CurationStep.SELECTION, CurationStep.EXPORT)
    found = studio.curations.go_on("best of scrape")
    curation = found.curation
    assert curation.next_step is None and found.standings is None and found.proof is None
    saved = studio.selections.get(curation.selection)
    assert saved.rows == KEEP and saved.spec["way"] == QUICK_WAY == curation.way
    assert found.way == "Junk dropped, then longest"
    written = Path(curation.files)
    assert len([json.loads(line) for line in written.read_text("utf-8").splitlines()]) == KEEP
    assert list(curation.left_out) == [
        "exact duplicates", "refused when loaded", "near-duplicates of an earlier row",
        "rows that repeat an evaluation instruction",
    ]  # fmt: skip
    kept = set(studio.selections.members(curation.selection)["row_id"])
    doubled = studio.datasets.near_duplicates("scrape").rows.keys
    there = {row.key for row in studio.rows.get([int(each) for each in kept]).values()}
    assert not there & set(doubled)


def test_a_stopped_curation_goes_on_with_the_step_that_was_left(studio: Studio) -> None:
    begun = studio.curations.begin(["scrape"], KEEP, quick=True)
    with pytest.raises(Cancelled):
        studio.curations.go_on(begun.number, StopsAt("Step 3 of 4: Reading scores"))
    stopped = studio.curations.get(begun.number)
    assert stopped.done == (CurationStep.CHECK, CurationStep.SCORE) and stopped.next_step is CurationStep.SELECTION
    assert studio.curations.go_on(begun.number).curation.next_step is None
    assert len(studio.selections.all()) == 1
    studio.curations.delete(begun.number)
    assert studio.curations.all() == [] and len(studio.selections.all()) == 1
    with pytest.raises(StoreError, match="no such curation"):
        studio.curations.get(begun.number)


def test_keeping_all_rows_is_no_choice_and_is_refused(studio: Studio) -> None:
    with pytest.raises(SelectionError, match="are to be kept of"):
        studio.curations.begin(["scrape"], 10_000)
    assert studio.curations.all() == []


def test_a_whole_curation_foresees_its_models_and_names_its_steps(studio: Studio) -> None:
    cost = studio.curations.foresee(["scrape"], KEEP)
    begun = studio.curations.begin(["scrape"], KEEP)
    assert cost.models > 20
    assert begun.steps == tuple(CurationStep) and "influence" in begun.indicators


def test_where_random_rows_have_won_nothing_is_left_to_prove(studio: Studio) -> None:
    begun = studio.curations.begin(["scrape"], KEEP)
    won = replace(begun, done=tuple(CurationStep)[:4], way="longest")
    assert won.next_step is CurationStep.PROVE and replace(won, way="random").next_step is CurationStep.EXPORT


def test_only_rows_that_the_tournament_draws_are_read_by_models_before_it(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored: list[tuple[tuple[str, ...], Filters | None]] = []

    def note(section: ScoreSection, *_: int, indicators: tuple[str, ...], filters: Filters | None = None, **__: Any):
        scored.append((tuple(indicators), filters))

    def stop(*_: object, **__: object) -> None:
        raise Cancelled

    keep = 80
    begun = studio.curations.begin([each.name for each in studio.datasets.all()], keep)
    with monkeypatch.context() as patched:
        patched.setattr(ScoreSection, "score", note)
        patched.setattr(TournamentSection, "start", stop)
        with pytest.raises(Cancelled):
            studio.curations.go_on(begun.number)
    (lengths, every), (names, drawn), again = scored
    assert (lengths, every) == (LENGTHS, None)
    assert names == begun.indicators and drawn is not None and again == (names, drawn)
    stopped = studio.curations.get(begun.number)
    there = len(studio.session.store.browse.candidates(stopped.filters))
    fields = tournament_size(keep, there) | {"seed": stopped.seed}
    plan = studio.tournaments.plan(["longest", "random"], filters=stopped.filters, **fields)
    made = studio.tournaments.draft(studio.experiments.plan(), plan)
    (among,) = drawn.key_sets
    assert len(among.keys) == plan.draws * made.draw_rows < there
    members = {row_id for each in made.sets for row_id in each.members["row_id"]}
    assert {row.key for row in studio.rows.get(sorted(map(int, members))).values()} <= set(among.keys)


def test_where_the_winner_chooses_among_the_longest_half_no_other_row_is_read_for_it(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored: list[tuple[tuple[str, ...], Filters]] = []

    def note(section: ScoreSection, *_: int, indicators: tuple[str, ...], filters: Filters, **__: Any) -> None:
        scored.append((tuple(indicators), filters))
        raise Cancelled

    begun = studio.curations.begin([each.name for each in studio.datasets.all()], 80)
    done = (CurationStep.CHECK, CurationStep.SCORE, CurationStep.TOURNAMENT)
    keep_curation(studio.session.store.settings, replace(begun, done=done, tournament=1))
    monkeypatch.setattr(ScoreSection, "score", note)
    monkeypatch.setattr(TournamentSection, "entrant", lambda *_: Entrant.of_way(way("influence_long")))
    with pytest.raises(Cancelled):
        studio.curations.go_on(begun.number)
    ((names, only),) = scored
    there = studio.session.store.browse.candidates(Filters())
    longest = there.loc[there["output_length"] >= there["output_length"].median(), "row_id"]
    read = studio.session.store.rows.keys([int(each) for each in longest])
    assert names == ("influence", "output_length") and len(read) < 0.6 * len(there)
    assert only.key_sets[0].keys == tuple(sorted(read.values()))


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return path


def asked(instruction: str) -> dict[str, str]:
    return {"instruction": instruction, "output": f"An answer to {instruction}"}


def test_a_file_of_questions_becomes_the_target_once_and_another_of_that_name_another(
    studio: Studio, tmp_path: Path
) -> None:
    there = [each.name for each in studio.evaluation_sets.all()]
    questions = write(tmp_path / "one" / "questions.jsonl", [asked("Why is the sky blue?")])
    others = write(tmp_path / "two" / "questions.jsonl", [asked("Why is grass green?")])
    used = [
        studio.curations.begin(["scrape"], KEEP, target=target, quick=True).evaluation_set
        for target in (questions, str(questions), others, "questions (2)")
    ]
    studio.curations.foresee(["scrape"], KEEP, target=others, quick=True)
    assert [each.name for each in studio.evaluation_sets.all()] == [*there, "questions", "questions (2)"]
    assert used[0] == used[1] != used[2] == used[3]
    with pytest.raises(StoreError, match="not found"):
        studio.curations.begin(["scrape"], KEEP, target=tmp_path / "none.jsonl")


def test_the_same_file_is_loaded_once_and_read_anew_when_it_has_changed(studio: Studio, tmp_path: Path) -> None:
    pool = write(tmp_path / "files" / "pool.jsonl", [asked(f"Question {n}?") for n in range(5)] + [{"output": "?"}])
    first = studio.curations.load(pool)
    assert studio.curations.load(pool) == first
    write(pool, [asked(f"Question {n}?") for n in range(6)])
    assert studio.curations.load(pool) != first
    assert [each.rows for each in studio.datasets.all() if each.name.startswith("pool")] == [5, 6]
