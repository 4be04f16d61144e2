"""Chance, so that a fleet does nothing as one. The standard library's brings generators and distributions with it."""

import os


def between(least: float, most: float) -> float:
    return least + (most - least) * int.from_bytes(os.urandom(7)) / 2**56
