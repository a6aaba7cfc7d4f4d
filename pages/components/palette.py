"""Colours that tell datasets apart for every eye, the same for a dataset in every plot (Okabe and Ito, 2008)."""

from collections.abc import Sequence

from core.rows.candidate_set import Kind
from core.rows.marks import Mark

# Those after the seventh, of Paul Tol's schemes, keep apart what seven can't; none is a grey, which means filtered out.
COLOURS = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7a6a00",
    "#882255", "#332288", "#44aa99", "#ee3377", "#8c564b", "#aaaa00", "#9467bd", "#117733", "#ee8866",
)  # fmt: skip
# Viridis (van der Walt and Smith) without its ends, which vanish on a dark or a white page.
SEQUENTIAL = ("#443983", "#31688e", "#21918c", "#35b779", "#90d743", "#c8e020")
MUTED = "rgba(125, 138, 150, 0.55)"  # quiet on a white and on a dark page
ACCENT = "#1b8aa3"
READABLE_IN_WHITE, WRITTEN_BLACK = 0.3, 0.5  # relative luminance of the ground: a contrast of 3, and Streamlit's limit
MARK_LOOKS = {
    Mark.KEEP: ("Marked keep", "#009e73"),
    Mark.DROP: ("Marked drop", "#d55e00"),
    Mark.NONE: ("Unmarked", MUTED),
}
# The paper's figure has random points in cyan and univariate ones in yellow; form tells them apart as well.
SET_LOOKS = {
    Kind.DESIGNED: ("Designed", "#d55e00", "triangle-up"),
    Kind.FUSED: ("Fused", "#56b4e9", "circle"),
    Kind.RANDOM: ("Random", "#0072b2", "diamond"),
    Kind.HIERARCHICAL: ("Levels", "#e69f00", "square"),
    Kind.SELECTION: ("Selections", "#cc79a7", "star"),
    Kind.WHOLE: ("Whole datasets", "#009e73", "cross"),
    Kind.BEST: ("Best rows", "#cc79a7", "star"),
}


def dataset_colour(dataset_id: int) -> str:
    """A dataset's colour; numbers are never given twice, so it keeps it for life."""
    return COLOURS[(dataset_id - 1) % len(COLOURS)]


def ground_colour(dataset_id: int) -> str:
    """A dataset's colour under its name in a table: lighter where neither black nor white could be read on it.

    Streamlit's tables write black where the relative luminance (WCAG 2.2) is above 0.5, and white elsewhere.
    """
    colour = [int(dataset_colour(dataset_id)[at : at + 2], 16) for at in (1, 3, 5)]
    if _luminance(colour) > READABLE_IN_WHITE:
        while _luminance(colour) <= WRITTEN_BLACK:
            colour = [each + (255 - each) // 12 for each in colour]
    return "#" + "".join(f"{each:02x}" for each in colour)


def _luminance(colour: Sequence[int]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (each / 255 for each in colour)]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
