"""Evaluation sets: what is joined, kept as lines, and what a limit leaves of them."""

from hypothesis import given
from hypothesis import strategies as st

from core.rows.evaluation_set import EvaluationExample, from_lines, joined, limit, to_lines


@given(asked=st.lists(st.tuples(st.text("ab\u2028\n\x85é", max_size=4), st.text("ab", max_size=2)), max_size=6))
def test_examples_survive_lines_and_each_question_stands_once(asked: list[tuple[str, str]]) -> None:
    examples = joined(EvaluationExample(q, given, (f"A{i % 2}",)) for i, (q, given) in enumerate(asked))
    assert from_lines(to_lines(examples)) == examples
    assert len({(each.instruction, each.input) for each in examples}) == len(examples) == len(set(asked))


def test_responses_to_the_same_question_are_joined_in_their_order() -> None:
    first, second = EvaluationExample("Why?", "", ("b", "a")), EvaluationExample("Why?", "", ("a", "c"))
    assert joined([first, EvaluationExample("How?", "", ("x",)), second])[0].outputs == ("b", "a", "c")


def some(*outputs: int) -> list[EvaluationExample]:
    return [EvaluationExample(f"Q{i}", "", tuple(f"A{i}.{j}" for j in range(n))) for i, n in enumerate(outputs)]


@given(outputs=st.lists(st.integers(1, 5), min_size=1, max_size=12), wanted=st.integers(1, 40))
def test_a_limit_spreads_over_instructions_before_it_takes_second_responses(outputs: list[int], wanted: int) -> None:
    examples = some(*outputs)
    found = limit(examples, wanted, seed=1)
    taken = sum(len(each.outputs) for each in found)
    assert taken == min(wanted, sum(outputs))
    assert len(found) == min(len(outputs), wanted)
    known = {each.instruction: set(each.outputs) for each in examples}
    assert all(set(each.outputs) <= known[each.instruction] for each in found)


def test_no_limit_keeps_everything() -> None:
    assert limit(some(2, 3), 0, seed=0) == some(2, 3)
