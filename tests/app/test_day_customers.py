"""The played day's customers: the same from the same seed, and within mission.md's figures on every seed."""

from collections import Counter
from pathlib import Path
from statistics import median

import pytest

from controller.app.advisors import competences
from controller.app.customers import CLOSES_S, HOUR_S, Arrival, day, general
from controller.app.settings import load
from controller.domain.point import Config

SEEDS = range(50)


@pytest.fixture(scope="module")
def config() -> Config:
    return load(Path(__file__).parents[2] / "config" / "demo.toml")


@pytest.fixture(scope="module")
def days(config: Config) -> list[list[Arrival]]:
    return [day(config, seed, 3) for seed in SEEDS]


def share(arrivals: list[Arrival], *, of: object) -> float:
    return sum(bool(of(a)) for a in arrivals) / len(arrivals)  # type: ignore[operator]  # why: a lambda of one arrival


def test_the_same_seed_is_the_same_day_and_another_seed_another(config: Config) -> None:
    assert day(config, 7, 3) == day(config, 7, 3)
    assert day(config, 7, 3) != day(config, 8, 3)


@pytest.mark.parametrize("advisors", [1, 3, 6, 20])
def test_as_many_come_as_the_staff_can_serve_but_90_to_250(config: Config, advisors: int) -> None:
    for seed in SEEDS:
        assert 90 <= len(day(config, seed, advisors)) <= 250
    assert len(day(config, 1, 6)) > len(day(config, 1, 2))


def test_every_matter_is_a_service_of_this_point_and_no_visit_has_one_twice(
    config: Config, days: list[list[Arrival]]
) -> None:
    known = {s.id for s in config.services}
    for arrival in (a for one in days for a in one):
        services = [m.service for m in arrival.matters]
        assert set(services) <= known
        assert len(set(services)) == len(services)
        assert {m.send_to for m in arrival.matters} - {""} <= set(services)


def test_every_service_and_six_providers_are_asked_for(config: Config, days: list[list[Arrival]]) -> None:
    asked = {m.service for one in days for a in one for m in a.matters}
    assert asked == {s.id for s in config.services}
    assert len({s.provider for s in config.services if s.id in asked}) >= 5


def test_they_come_in_order_while_the_point_is_open_most_in_the_two_peaks(days: list[list[Arrival]]) -> None:
    for one in days:
        times = [a.at_s for a in one]
        assert times == sorted(times)
        assert 8 * HOUR_S <= times[0] <= times[-1] < CLOSES_S
    hours = Counter(a.at_s // HOUR_S for one in days for a in one)
    quiet = max(hours[h] for h in (8, 11, 13, 14, 15))
    assert min(hours[9], hours[10], hours[12]) > 1.2 * quiet


def test_shares_of_each_day_are_within_the_assumed_bounds(days: list[list[Arrival]]) -> None:
    for one in days:
        spoken = Counter(a.language for a in one)
        assert 0.78 <= spoken["fi"] / len(one) <= 0.82
        assert min(spoken["sv"], spoken["en"], spoken["se"]) >= 4
        assert 0.30 <= share(one, of=lambda a: len([m for m in a.matters if m.known != "sent"]) > 1) <= 0.36
        assert 0.02 <= share(one, of=lambda a: not a.comes) <= 0.08
        assert 0.05 <= share(one, of=lambda a: any(m.guidance != "none" for m in a.matters)) <= 0.12


def test_four_of_five_are_settled_at_once(days: list[list[Arrival]]) -> None:
    resolutions = Counter(m.resolution for one in days for a in one for m in a.matters)
    assert 0.78 <= resolutions["first_contact"] / resolutions.total() <= 0.82
    assert resolutions["referred"] and resolutions["pending"]


def test_guidance_only_where_there_is_an_e_service_and_somebody_came(config: Config, days: list[list[Arrival]]) -> None:
    for arrival in (a for one in days for a in one):
        for matter in (m for m in arrival.matters if m.guidance != "none"):
            service = config.service(matter.service)
            assert arrival.comes and service is not None and "e_service" in service.channels


def test_service_times_scatter_about_the_median_of_their_service(config: Config, days: list[list[Arrival]]) -> None:
    first = [a.matters[0] for one in days for a in one]
    for service in config.services:
        times = [m.lasts_s for m in first if m.service == service.id]
        if len(times) >= 100:
            assert 0.85 <= median(times) / service.median_s <= 1.15, service.id
            assert min(times) < 0.6 * service.median_s and max(times) > 1.7 * service.median_s


def test_somebody_is_booked_holds_is_sent_on_and_says_how_it_was(config: Config, days: list[list[Arrival]]) -> None:
    everybody = [a for one in days for a in one]
    assert 0.02 <= share(everybody, of=lambda a: a.appointment) <= 0.06
    assert all(len(a.matters) == 1 and a.service != general(config) for a in everybody if a.appointment)
    assert any(m.hold for a in everybody for m in a.matters)
    assert any(a.matters[0].send_to for a in everybody)
    assert {a.score for a in everybody} == {0, 1, 2, 3, 4, 5}


def test_what_is_told_at_the_desk_comes_last_and_is_not_chosen_at_the_kiosk(days: list[list[Arrival]]) -> None:
    told = [a for one in days for a in one if any(m.known == "desk" for m in a.matters)]
    assert told
    for arrival in told:
        *before, last = arrival.matters
        assert last.known == "desk" and last.service not in arrival.also
        assert arrival.told_after(before[-1].service) == last.service
        assert arrival.told_after(last.service) == ""


def test_a_point_with_one_language_and_no_general_service_has_its_day_too(config: Config) -> None:
    import msgspec

    point = msgspec.structs.replace(config.point, languages=("sv",))
    small = msgspec.structs.replace(config, point=point, kiosks=(), services=config.services[:1])
    visits = day(small, 3, 1)
    assert {a.language for a in visits} == {"sv"}
    assert {tuple(m.service for m in a.matters) for a in visits} == {(config.services[0].id,)}


def test_every_service_is_done_by_two_of_the_days_advisors_where_there_are_two(config: Config) -> None:
    shared = competences(config, ["2", "3", "4"])
    for service in config.services:
        assert sum(service.id in own for own in shared.values()) >= 2
    assert set(shared["4"]) == {s.id for s in config.services}
    alone = competences(config, ["2"])
    assert set(alone["2"]) == {s.id for s in config.services}
