"""`judge` asks a real HTTP server, sends nothing unasked, pays for nothing twice, and keeps what came before Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

from core.paths import PROJECT
from jobs.api import Studio
from tests.furnished_store import furnish
from tests.jobs.shell import Shell
from tests.jobs.studio import until
from tests.judge_server import JudgeServer, Served, judge_server, prefers, refused, said

KEY = "sk-of-the-environment-0123456789"
CALLS = 22  # of 12 instructions one has the same answer twice


@pytest.fixture(autouse=True)
def no_key_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """With a comparison in which A's answer is longer nine times, B's twice, and one is the same."""
    root = tmp_path_factory.mktemp("judged") / "data"
    furnish(root)
    return Shell(root)


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    """An endpoint whose judge likes the longer answer."""
    with judge_server(behave=prefers(len)) as server:
        yield server


def asking(server: JudgeServer, *more: str) -> list[str]:
    return ["judge", "1", "--url", server.url, "--model", "served", *more]


def test_nothing_is_sent_before_yes_and_the_cost_is_told(answered: Shell, server: JudgeServer) -> None:
    asked = answered.json(*asking(server, "--prices", "1", "2", "--cap-money", "0.001"))
    left = asked["to_ask"]
    assert (left["calls"], left["address"], left["key"], left["capped"]) == (CALLS, server.url, False, True)
    assert left["cost"] == pytest.approx((left["input_tokens"] * 1.0 + left["output_tokens"] * 2.0) / 1e6)
    assert asked["run"] is None and asked["verdict"] == "No verdicts yet."
    code, text, _ = answered.run(*asking(server))
    assert code == 0
    assert "Not sent: 22 calls" in text and "--yes sends them" in text and "the cost cap has no effect" in text
    assert server.requests == []


def test_both_orders_are_judged_and_nothing_is_paid_for_twice(
    answered: Shell, server: JudgeServer, tmp_path: Path
) -> None:
    file = tmp_path / "verdicts.csv"
    asked = asking(server, "--prices", "1", "2", "--yes", "--out", str(file))
    judged = answered.json(*asked)
    assert (judged["run"]["replies"], judged["run"]["calls"], judged["to_ask"]["calls"]) == (CALLS, CALLS, 0)
    assert judged["cost"] == pytest.approx(CALLS * (100 * 1.0 + 10 * 2.0) / 1e6)
    low, high = proportion_confint(9, 12, method="wilson")
    assert judged["a_wins"] == {
        "model": "selected, draw 1 (Proof of Best by Equation 4)", "count": 9, "of": 12, "share": 0.75,
        "low": pytest.approx(low), "high": pytest.approx(high),
    }  # fmt: skip
    assert (judged["b_wins"]["count"], judged["ties"]["count"], judged["waiting"]) == (2, 1, 0)
    assert judged["sign_test_p"] == pytest.approx(binomtest(9, 11).pvalue)
    assert (judged["first_shown_wins"]["count"], judged["first_shown_wins"]["of"]) == (11, 22)
    assert (judged["same_in_both_orders"]["count"], judged["same_in_both_orders"]["of"]) == (11, 11)
    table = pd.read_csv(file)
    assert table["outcome"].value_counts().to_dict() == {"A": 9, "B": 2, "tie": 1}

    code, text, _ = answered.run(*asked)
    assert code == 0 and len(server.requests) == CALLS
    assert "A wins: 9 of 12 (75%, 47% to 91%)." in text and "the answer shown first won 11 of 22" in text
    assert "Not sent" not in text


def test_what_an_earlier_judge_said_is_told_without_a_word_to_its_endpoint(answered: Shell) -> None:
    told = answered.json("judge", "Selected against random", "--yes")
    assert (told["judge"], told["run"], told["a_wins"]["count"]) == ("gpt-3.5-turbo at api.openai.com", None, 9)
    with Studio.open(answered.root) as studio:
        judges = [each.judge for each in studio.verdicts.all(1)]
    assert judges[-2:] == ["gpt-3.5-turbo at api.openai.com", "human, blind"]


def test_a_cap_ends_a_run_and_the_next_one_goes_on(answered: Shell, server: JudgeServer) -> None:
    asked = asking(server, "--temperature", "0.5", "--yes", "--at-once", "1")
    code, text, _ = answered.run(*asked, "--cap-calls", "5")
    assert code == 0 and "Cap reached: 5 of 22 verdicts in 5 calls" in text and "Not sent: 17 calls" in text
    assert answered.json(*asked)["run"]["calls"] == 17
    assert len(server.requests) == CALLS


def test_a_reply_without_a_verdict_is_asked_for_again_where_that_is_wanted(
    answered: Shell, server: JudgeServer
) -> None:
    server.behave = lambda messages: said("Both have their merits.")
    asked = asking(server, "--temperature", "0.7", "--yes")
    assert answered.json(*asked)["unreadable"] == 11
    server.behave = prefers(len)
    assert answered.json(*asked)["run"] is None
    judged = answered.json(*asked, "--unreadable-again")
    assert (judged["unreadable"], judged["a_wins"]["count"]) == (0, 9)


def test_the_environments_key_goes_to_the_endpoint_that_the_environment_names_only(
    answered: Shell, server: JudgeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    asked = asking(server, "--temperature", "0.9", "--yes")
    assert answered.json(*asked, "--cap-calls", "2")["to_ask"]["key"] is False
    assert len(server.keys) == 2 and not any(KEY in each for each in server.keys)
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    assert answered.json(*asked)["to_ask"]["key"] is True
    assert len(server.keys) == CALLS and all(KEY in each for each in server.keys[2:])
    files = [each for each in answered.root.rglob("*") if each.is_file()]
    assert not [each for each in files if KEY.encode() in each.read_bytes()]


def test_what_can_not_be_asked_is_told(answered: Shell, server: JudgeServer) -> None:
    assert "Comparison not found" in answered.refused("judge", "nobody's")
    assert "have a host" in answered.refused("judge", "1", "--url", "http://[::1")
    assert "contains a user name or password" in answered.refused("judge", "1", "--url", "http://me:hidden@host/v1")
    assert "is not a finite number" in answered.refused(*asking(server, "--cap-money", "nan"))
    assert "is not clear from the file name" in answered.refused(*asking(server, "--yes", "--out", "verdicts.xls"))
    server.behave = lambda messages: refused(401, f"Incorrect API key provided: {KEY}")
    assert "rejected the API key" in answered.refused(*asking(server, "--temperature", "1.1", "--yes"))


def test_ctrl_c_keeps_every_verdict_that_was_asked_for(answered: Shell, server: JudgeServer) -> None:
    def slow(messages: object) -> Served:
        server.over.wait(0.3)
        return said("A")

    server.behave = slow
    asked = asking(server, "--temperature", "1.3", "--at-once", "2", "--json", "--data", str(answered.root))
    process = subprocess.Popen(
        [sys.executable, "-m", "jobs", *asked, "--yes"], cwd=PROJECT, env=dict(os.environ),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until(lambda: len(server.requests) > 2, "the judge is asked")
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Run the same command again" in told and "Traceback" not in told
    sent = len(server.requests)
    assert sent < CALLS, "the interruption came too late to say anything"
    left = answered.run(*asking(server, "--temperature", "1.3"), "--json")[1]
    assert json.loads(left)["to_ask"]["calls"] == CALLS - sent


def test_comparisons_are_judged_together_where_no_model_is_in_two(answered: Shell, server: JudgeServer) -> None:
    document = answered.json(*asking(server, "--yes", "--together", "1"))
    assert document["together"]["net_win_rates"] == {"Selected against random": pytest.approx(7 / 12)}
    assert "rests on 1 model a side" in document["together"]["verdict"]
    answered.json("compare", "selected, draw 1", "untuned", "--instructions", "2", "--name", "Shared")
    assert "selected, draw 1 (Proof of Best by Equation 4) is in" in answered.refused(
        *asking(server, "--together", "Shared")
    )
    answered.json("compare", "longest, draw 2", "untuned", "--instructions", "2", "--name", "Others")
    assert "has decided nothing here" in answered.refused(*asking(server, "--together", "Others"))
