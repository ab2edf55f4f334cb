from hypothesis import given
from hypothesis import strategies as st

from bot.domain.storyindex import ReportIndex


def rate(key: str) -> float:
    return 0.1 if key == "common" else 1e-5


def index(*reports: set[str]) -> ReportIndex:
    made = ReportIndex()
    for number, keys in enumerate(reports):
        made.add(number, keys)
    return made


def nearest(made: ReportIndex, keys: set[str], limit: int = 10) -> list[int]:
    weights = made.weights(rate)
    return made.nearest({key: weights[key] for key in keys}, limit)


def test_who_shares_most_comes_first() -> None:
    made = index({"a"}, {"a", "b", "c"}, {"a", "b"})
    assert nearest(made, {"a", "b", "c"}) == [1, 2, 0]


def test_who_shares_nothing_is_not_found() -> None:
    assert nearest(index({"a"}, {"b"}), {"c"}) == []


def test_a_rare_key_weighs_more_than_a_common_one() -> None:
    weights = index({"rare", "common"}).weights(rate)
    assert weights["rare"] > weights["common"]


def test_a_burst_makes_its_own_name_say_less() -> None:
    quiet, busy = index({"storm"}, *[{"x"}] * 40), index(*[{"storm"}] * 40, {"x"})
    assert busy.weights(rate)["storm"] < quiet.weights(rate)["storm"]


def test_what_is_removed_is_not_found_again() -> None:
    made = index({"a", "b"}, {"a"})
    made.remove({0: {"a", "b"}})
    assert nearest(made, {"a", "b"}) == [1]
    assert len(made) == 1


def test_a_key_of_very_many_reports_costs_no_more_than_the_newest_of_them() -> None:
    made = index(*[{"trump"}] * 5000)
    found = nearest(made, {"trump"}, limit=5000)
    assert 0 < len(found) <= 2000
    assert min(found) >= 3000


@given(st.lists(st.frozensets(st.sampled_from("abcdef"), max_size=4), max_size=12), st.data())
def test_removing_leaves_what_would_be_there_without(
    reports: list[frozenset[str]], data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.integers(0, max(len(reports) - 1, 0)), max_size=len(reports)))
    made = ReportIndex()
    for number, keys in enumerate(reports):
        made.add(number, keys)
    made.remove({number: reports[number] for number in gone})
    kept = ReportIndex()
    for number, keys in enumerate(reports):
        if number not in gone:
            kept.add(number, keys)
    assert len(made) == len(kept)
    for key in "abcdef":
        assert set(nearest(made, {key})) == set(nearest(kept, {key}))
        assert made.weights(rate)[key] == kept.weights(rate)[key]
