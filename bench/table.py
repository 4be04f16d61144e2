"""Figures as tables in Markdown, so that they can be kept."""

import statistics
from collections.abc import Sequence


def spread(seconds: Sequence[float]) -> tuple[str, str, int]:
    """Median, 95th percentile and how many."""
    ordered = sorted(seconds)
    return f"{statistics.median(ordered):.4f}", f"{ordered[int(len(ordered) * 0.95)]:.4f}", len(ordered)


def show(title: str, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    print(f"\n## {title}\n")
    print("| " + " | ".join(headings) + " |")
    print("|" + "---|" * len(headings))
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")
