"""`parts` and `hold-out`: parts of an evaluation set are shown and set, rows become one."""

from pathlib import Path

from tests.jobs.shell import Shell


def test_parts_are_shown_and_set(shell: Shell) -> None:
    assert shell.json("hold-out", "forum", "--rows", "6", "--name", "held")["held_out"]
    shown = shell.json("parts", "demo evaluation")
    assert shown["parts"]["transfer"] == 0 and sum(shown["parts"].values()) == 52
    assert shown["shares"] == {"guide": 0.3, "validation": 0.3, "test": 0.4}
    told = shell.json(
        "parts",
        "demo evaluation",
        "--shares",
        "0",
        "0.5",
        "0.5",
        "--seed",
        "3",
        "--transfer",
        "held",
        "--difference",
        "0.01",
    )
    assert told["parts"]["guide"] == 0 and told["parts"]["transfer"] == 6 and told["seed"] == 3
    assert told["questions_needed"] > 52
    assert shell.json("parts", "demo evaluation", "--transfer", "none")["parts"]["transfer"] == 0


def test_what_makes_no_sense_is_said(shell: Shell) -> None:
    assert "shares sum to" in shell.refused("parts", "demo evaluation", "--shares", "0.5", "0.5", "0.5")
    assert "not a difference of losses" in shell.refused("parts", "demo evaluation", "--difference", "0")
    assert "cannot be held out" in shell.refused("hold-out", "forum", "--rows", "0")


def test_bad_rows_of_a_file_are_said_and_the_encoding_is_taken(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "exam.csv"
    file.write_bytes("frage;antwort\nWie heißt es?;Łódź\nUnd das?;\n".encode("cp1250"))
    kept = shell.json("load", str(file), "--evaluation", "--encoding", "cp1250")
    assert (kept["instructions"], kept["responses"]) == (1, 1)
    assert [each["row"] for each in kept["rejected"]] == [2] and kept["notes"]
