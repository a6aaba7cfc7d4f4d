"""Options of `python -m jobs` with odd values: done, refused in a sentence, or wrong arguments; never a traceback."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.api import Studio
from tests.jobs.shell import Shell
from tests.mutated_values import ODD_TEXTS

OPTIONS = {
    "select": ["--rows", "--percent", "--by", "--rule", "--seed", "--quotas", "--quota", "--diversity",
               "--min-distance", "--no-near-duplicates", "--where", "--contains", "--marked", "--dataset", "--save"],
    "learn": ["--experiments", "--csv", "--indicators", "--method", "--criterion", "--direction", "--save",
              "--scale", "--squared", "--outcome", "--knn"],
    "export": ["--format", "--out", "best", "none"],
    "rows": ["--rows", "--where", "--marked", "--sort"],
    "check": ["--examples", "--threshold"],
    "prove": ["--seeds", "none"],
    "list": ["--profile"],
}  # fmt: skip
values = st.sampled_from([
    *(text for text in ODD_TEXTS if "/" not in text), "0", "-1", "1e308", "9" * 30, "9" * 5000, "nan", "inf",
    "1_0", "١٢", "reward>0.5", "handbook", "k_center", "all", "none=3", "handbook=-1", "5",
])  # fmt: skip


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("data")
    with Studio.open(folder) as studio:
        studio.selections.select(rows=10, save="best")
    yield Shell(folder)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(data=st.data(), command=st.sampled_from(sorted(OPTIONS)))
def test_odd_options_end_in_a_sentence(data: st.DataObject, command: str, shell: Shell) -> None:
    asked = []
    for name in data.draw(st.lists(st.sampled_from(OPTIONS[command]), max_size=3, unique=True)):
        asked += [name, data.draw(values)] if name.startswith("--") else [name]
    try:
        code, _, told = shell.run(command, *asked)
    except SystemExit as ended:  # argparse's own refusal
        assert ended.code == 2
        return
    assert code in (0, 1) and "Traceback" not in told
    assert code == 0 or told.strip()
