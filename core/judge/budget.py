"""The cap of a run: a call is sent only when all that it may come to still fits."""

import threading


class Budget:
    """Money and calls that are left, shared by the threads of a run."""

    def __init__(self, max_cost: float, max_calls: int) -> None:
        self.spent, self.sent = 0.0, 0
        self._max_cost, self._max_calls = max_cost, max_calls
        self._held_cost, self._held_calls = 0.0, 0
        self._changed = threading.Condition()

    def grant(self, most: float, wanted: int) -> int:
        """Hold as many attempts as fit, at most `wanted`; waits while others hold what may yet come back.

        Args:
            most: what one attempt can cost.

        Returns: how many attempts may be made, 0 when the cap is reached.
        """
        with self._changed:
            while True:
                calls = self._max_calls - self.sent - self._held_calls
                money = self._max_cost - self.spent - self._held_cost
                fits = min(wanted, calls, int(money / most + 1e-9) if most > 0 else wanted)
                if fits >= 1:
                    self._held_calls += fits
                    self._held_cost += fits * most
                    return fits
                if not self._held_calls:
                    return 0
                self._changed.wait()

    def settle(self, granted: int, most: float, sent: int, cost: float) -> None:
        """Give back what was held, and count what came of it."""
        with self._changed:
            self._held_calls -= granted
            self._held_cost = max(0.0, self._held_cost - granted * most)
            self.sent += sent
            self.spent += cost
            self._changed.notify_all()
