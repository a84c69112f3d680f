"""Places in a bank: what lives at the same time never overlaps."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.targets.fabric.placement.arena import Item, place

ITEMS = st.lists(
    st.builds(
        lambda size, begin, length: Item("x", size, begin, begin + length),
        st.integers(1, 60),
        st.integers(0, 8),
        st.integers(0, 8),
    ),
    max_size=12,
)
ALIGN = st.sampled_from([1, 8, 16])


@settings(deadline=None, max_examples=300)
@given(ITEMS, st.integers(1, 300), ALIGN)
def test_what_lives_at_the_same_time_does_not_overlap(
    items: list[Item], depth: int, align: int
) -> None:
    places = place(items, depth, align)
    if isinstance(places, int):
        assert places > depth
        assert not isinstance(place(items, places, align), int), "the room it asks for is enough"
        return
    assert all(at % align == 0 for at in places)
    assert all(at + item.size <= depth for at, item in zip(places, items, strict=True))
    for (at, a), (where, b) in combinations(zip(places, items, strict=True), 2):
        together = a.begin <= b.end and b.begin <= a.end
        assert not together or at + a.size <= where or where + b.size <= at


@settings(deadline=None, max_examples=100)
@given(ITEMS, ALIGN)
def test_one_after_the_other_share_a_place(items: list[Item], align: int) -> None:
    alone = [Item(x.name, x.size, n, n) for n, x in enumerate(items)]
    assert place(alone, 60, align) == (0,) * len(items)
