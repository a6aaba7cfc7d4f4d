"""Verdicts on pairs of answers: a judge's replies, paid for once, and what people chose."""

from collections.abc import Sequence
from dataclasses import astuple
from datetime import UTC, datetime

from core.judge.human_verdicts import HumanVerdict
from core.judge.run import JudgeReply
from core.judge.verdict import Verdict
from core.store.connection import Connection


class VerdictTables:
    """The tables `judge_replies` and `human_verdicts`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep_reply(self, reply: JudgeReply) -> None:
        """Keep a reply at once, so that a crash costs no more than the call under way."""
        with self._connection.write() as cursor:
            values = [str(each) if isinstance(each, Verdict) else each for each in astuple(reply)]
            cursor.execute("INSERT INTO judge_replies VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)

    def replies(self, questions: Sequence[str]) -> list[JudgeReply]:
        """The replies of every judge to these questions, oldest first.

        Args:
            questions: of `Question.key`.
        """
        with self._connection.read() as cursor:
            found = cursor.execute(
                """SELECT judge, question, verdict, reply, input_tokens, output_tokens, cost, asked_at
                FROM judge_replies WHERE question IN (SELECT unnest(?::VARCHAR[])) ORDER BY asked_at""",
                [list(questions)],
            ).fetchall()
        return [JudgeReply(r[0], r[1], Verdict(r[2]), *r[3:]) for r in found]

    def forget_unreadable(self, judge: str, questions: Sequence[str]) -> None:
        """Forget this judge's unreadable replies to these questions, so that they can be asked again."""
        with self._connection.write() as cursor:
            cursor.execute(
                """DELETE FROM judge_replies
                WHERE judge = ? AND verdict = 'unreadable' AND question IN (SELECT unnest(?::VARCHAR[]))""",
                [judge, list(questions)],
            )

    def keep_human(self, comparison_id: int, chosen: HumanVerdict) -> None:
        """Keep a choice in place of an earlier one for the same instruction."""
        verdict = "" if chosen.verdict is None else str(chosen.verdict)
        with self._connection.write() as cursor:
            cursor.execute(
                "DELETE FROM human_verdicts WHERE comparison_id = ? AND position = ?", [comparison_id, chosen.position]
            )
            cursor.execute(
                "INSERT INTO human_verdicts VALUES (?, ?, ?, ?, ?)",
                [comparison_id, chosen.position, chosen.a_first, verdict, datetime.now(UTC)],
            )

    def human(self, comparison_id: int) -> list[HumanVerdict]:
        """The choices for a comparison in the order in which they were made."""
        with self._connection.read() as cursor:
            found = cursor.execute(
                """SELECT position, a_first, verdict FROM human_verdicts
                WHERE comparison_id = ? ORDER BY decided_at, position""",
                [comparison_id],
            ).fetchall()
        return [HumanVerdict(r[0], r[1], Verdict(r[2]) if r[2] else None) for r in found]

    def forget_human(self, comparison_id: int, positions: Sequence[int]) -> None:
        """Take choices back."""
        with self._connection.write() as cursor:
            cursor.execute(
                """DELETE FROM human_verdicts
                WHERE comparison_id = ? AND position IN (SELECT unnest(?::INTEGER[]))""",
                [comparison_id, list(positions)],
            )
