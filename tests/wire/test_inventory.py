"""An inventory is compared by its digest."""

from hyprwire.inventory import digest


def test_the_same_items_have_the_same_digest_in_any_order():
    assert digest({"a": "1", "b": "2"}) == digest({"b": "2", "a": "1"})
    assert digest({"a": "1"}) != digest({"a": "2"}) != digest({})
