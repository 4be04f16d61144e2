"""For asn1crypto, which compares names in certificates by it. Here capitals do not count, and nothing is forbidden."""


def map_table_b2(letter: str) -> str:
    return letter.casefold()


def _never(_: str) -> bool:
    return False


in_table_a1 = in_table_c3 = in_table_c4 = in_table_c5 = in_table_c8 = in_table_d1 = in_table_d2 = _never
