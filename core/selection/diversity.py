"""How the kept rows are made unlike one another."""

from enum import StrEnum


class Diversity(StrEnum):
    NONE = "none"
    K_CENTER = "k_center"
    MIN_DISTANCE = "min_distance"
