"""For fractions, which wants to know whether a number is one of these. Here none is."""


class Decimal:
    pass
