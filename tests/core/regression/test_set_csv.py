"""Tables of sets from elsewhere: what their columns mean, what is left out, and what is refused."""

import numpy as np
import pytest

from core.errors import InputError
from core.regression.outcome import Outcome
from core.regression.set_csv import read_set_csv

CSV = "name,Kind,Reward,Len,KNN distance,depth,log_loss\na,Fused,1.5,90,0.4,7,0.9\nb,hierarchical,1.25,80,0.5,6,0.8\n"


def test_headings_may_be_names_titles_or_symbols() -> None:
    table = read_set_csv("sets.csv", CSV.encode())
    assert table.indicators == ("reward", "output_length", "knn_distance", "depth")
    assert table.sets.loc["b"].to_dict() == {
        "kind": "hierarchical", "reward": 1.25, "output_length": 80, "knn_distance": 0.5, "depth": 6, "log_loss": 0.8
    }  # fmt: skip
    assert table.sets.loc["a", "kind"] == "fused"


def test_a_loss_in_nats_is_turned_into_its_logarithm() -> None:
    table = read_set_csv("sets.csv", b"reward,loss\n1,2.5\n2,2.0\n")
    np.testing.assert_allclose(table.sets["log_loss"], [np.log(2.5), np.log(2.0)])
    assert list(table.sets.index) == ["line 2", "line 3"]
    assert "kind" not in table.sets


def test_the_table_of_an_experiment_foretells_no_loss_by_a_loss() -> None:
    table = read_set_csv(
        "results.csv",
        b"number,name,kind,rows,loss_per_example,standard_error,loss_per_token,log_loss,tuning_seconds,reward\n"
        b"0,untuned,untuned,0,2.8,0.1,2.7,1.03,,\n1,a,fused,90,2.5,0.1,2.4,0.92,60,1.5\n2,b,fused,90,2.2,0.1,2.1,0.79,61,1.2\n",
    )
    assert table.indicators == table.fit == ("reward",)
    assert list(table.sets.index) == ["a", "b"]
    assert table.remarks == (
        "'log_loss' is used as the loss; 'loss_per_example' is ignored.",
        "Not used as indicators (measured with the loss): 'standard_error', 'loss_per_token' and 'tuning_seconds'.",
        "The base model is not a candidate set and is not used in the fit.",
    )


def test_semicolons_and_decimal_commas_are_read() -> None:
    table = read_set_csv("sets.csv", "\ufeffreward;loss\r\n1,5;2,5\r\n-2;2,0\r\n".encode())
    np.testing.assert_allclose(table.sets["reward"], [1.5, -2])
    np.testing.assert_allclose(table.sets["log_loss"], np.log([2.5, 2.0]))


def test_what_is_no_number_or_has_no_loss_is_left_out_and_said() -> None:
    table = read_set_csv("sets.csv", b"reward,note,loss,log_loss\n1,good,9,0.2\n2,bad,9,\n3,worse,9,0.4\n")
    assert table.indicators == ("reward",)
    assert list(table.sets["log_loss"]) == [0.2, 0.4]
    assert table.remarks == (
        "'log_loss' is used as the loss; 'loss' is ignored.",
        "The column 'note' is not numeric and is not used.",
        "Excluded: 1 line without a loss.",
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no lines"),
        (b"reward,log_loss\n", "no lines"),
        (b"reward,length\n1,2\n", "There is no column log_loss or loss"),
        (b"reward,loss\n1,2\n2,much\n", "Line 3: the loss 'much' is not a number"),
        (b"reward,loss\n1,2\n2,0\n", "Line 3: a loss of 0 has no logarithm"),
        (b"reward,loss\n1,2\n2\n", "Line 3 has 1 cells, the header 2"),
        (b"reward,reward,loss\n1,2,3\n", "occurs twice"),
        (b"reward,Rew,loss\n1,2,3\n", "have the same meaning"),
        (b"\xff\xfer\x00", "not UTF-8"),
    ],
)
def test_a_table_that_is_none_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        read_set_csv("sets.csv", content)
    assert caught.value.mend


def test_a_table_of_losses_by_token_is_read_where_it_has_them() -> None:
    content = b"reward,loss,loss_per_token\n1,2,3\n2,4,5\n"
    table = read_set_csv("x.csv", content, Outcome.TOKEN)
    np.testing.assert_allclose(table.sets["log_loss"], np.log([3, 5]))
    assert table.remarks == ()
    with pytest.raises(InputError, match="no column loss_per_token"):
        read_set_csv("x.csv", b"reward,loss\n1,2\n", Outcome.TOKEN)
