"""A fault by its name, put into an answer as strongly as the heads are fitted on it."""

import random
from collections.abc import Sequence

from core.indicators.heads import corruptions

FAULT_WORDS = 110  # of the answer that a fault is made from, so that it is in view of the heads


def with_fault(fault: str, text: str, others: Sequence[str], rng: random.Random) -> str:
    """An answer with one of the faults that all heads are fitted on.

    Args:
        others: answers to other instructions.
    """
    short = beginning(text)
    if fault == "garbled":
        return corruptions.garbled(short, rng, rng.uniform(0.3, 1))
    if fault == "shuffled":
        return corruptions.shuffled(short, rng, rng.uniform(0.3, 1))
    if fault == "repeated":
        if rng.random() < 0.6:
            return corruptions.repeated(short, rng)
        return corruptions.stuttering(short, rng, rng.uniform(0.3, 0.8))
    if fault == "truncated":
        return corruptions.truncated(short, rng)
    if fault == "curt":
        return corruptions.curt(short, rng)
    if fault == "rambling":
        return corruptions.rambling(short, others, rng)
    return others[0]


def with_reward_fault(fault: str, text: str, others: Sequence[str], rng: random.Random) -> str:
    """An answer with one of the faults of the reward, some of which are put into long answers as well as short ones."""
    if fault == "refused":
        return corruptions.refused(rng)
    if fault == "truncated":
        return corruptions.truncated(beginning(text) if rng.random() < 0.5 else text, rng)
    if fault in ("flattered", "padded"):
        make = corruptions.flattered if fault == "flattered" else corruptions.padded
        return make(text if rng.random() < 0.5 else beginning(text), rng)
    return with_fault(fault, text, others, rng)


def beginning(text: str) -> str:
    """As much of it as is in view of the heads."""
    return " ".join(text.split(" ")[:FAULT_WORDS])
