"""Who comes on one plausible day: a pure function of configuration, seed and number of advisors.

Every figure at the top is a working assumption of mission.md, to be replaced by a point's own figures.
"""

from collections.abc import Mapping
from random import Random
from typing import Literal, TypeVar

import msgspec

from controller.domain.event_words import Guidance, Resolution
from controller.domain.point import Config, Service

# ---- working assumptions (mission.md, "A plausible day"): none was measured at a real point ----
HOUR_S = 3600
CLOSES_S = 16 * HOUR_S  # the day opens with the first hour of HOURS
LAST_ENTRY_S = CLOSES_S - 600  # nobody comes in the last ten minutes
FEWEST, MOST = 90, 250  # visits of a day
PER_ADVISOR = (28, 34)  # visits for each advisor: a point has about as much staff as it needs
HOURS = {8: 9, 9: 16, 10: 17, 11: 12, 12: 16, 13: 11, 14: 10, 15: 9}  # visits by hour, in percent: peaks 9-11, 12-13
LANGUAGES = {"fi": 80, "sv": 6, "en": 8, "se": 6}  # percent, for a point in the Sami homeland
PROVIDERS = {"kela": 20, "vero": 14, "poliisi": 26, "dvv": 16, "tyo": 8, "kunta": 16}  # percent of matters
PROVIDER_ELSE = 10  # weight of a provider that is not named here
GENERAL = 0.10  # first matters that are "I don't know where to start"
SHORT_FIRST = 1.5  # power of one over the median: short matters are common, long ones rare
SENT_ON = 0.4  # of those: sent on to a service once the advisor has understood
SEVERAL = 1 / 3  # visits with more than one matter
FURTHER = 0.5  # a further matter takes this part of its time: who they are is known by then
AT_DESK = 0.5  # of those: the second matter is told the advisor, not the kiosk
NO_SHOW = (0.03, 0.07)  # a day's share of visits, within mission.md's 2 to 8 %
GUIDED = (0.06, 0.11)  # a day's share of visits guided to an e-service, within 5 to 12 %
SHOWN_ONLY = 0.6  # of the guided; the others are helped through it
SPREAD = 0.45  # sigma of the log-normal service time; its median is the service's own
SHORTEST_S, LONGEST_S = 60, 2 * HOUR_S  # of one service
RESOLUTIONS: dict[Resolution, int] = {"first_contact": 80, "referred": 12, "pending": 8}
HOLD = 0.04  # matters in which the customer fills in a form while another is served
APPOINTMENTS = 0.06  # visits with one matter that were booked
FEEDBACK = 0.18  # visits that say how it was, and what they say
SCORES = {1: 3, 2: 5, 3: 12, 4: 35, 5: 45}
WALK_S = (10, 45)  # from the lobby to the counter

T = TypeVar("T")


class Matter(msgspec.Struct, frozen=True):
    """One thing to settle. `known`: told at the kiosk, told at the desk, or found by the general desk."""

    service: str
    lasts_s: int
    resolution: Resolution = "first_contact"
    guidance: Guidance = "none"
    hold: bool = False
    send_to: str = ""
    known: Literal["kiosk", "desk", "sent"] = "kiosk"


class Arrival(msgspec.Struct, frozen=True):
    """One visit. `at_s`: seconds since midnight; `comes`: follows the call; `score`: feedback, 0 for none."""

    at_s: int
    language: str
    matters: tuple[Matter, ...]
    comes: bool
    walk_s: int
    appointment: bool
    score: int

    @property
    def service(self) -> str:
        return self.matters[0].service

    @property
    def also(self) -> tuple[str, ...]:
        """What they choose at the kiosk besides."""
        return tuple(m.service for m in self.matters[1:] if m.known == "kiosk")

    def matter(self, service: str) -> Matter | None:
        return next((m for m in self.matters if m.service == service), None)

    def told_after(self, service: str) -> str:
        """The matter that they mention when everything else is settled; "" for none."""
        before = [m.service for m in self.matters if m.known != "desk"]
        told = [m.service for m in self.matters if m.known == "desk"]
        return told[0] if told and service == before[-1] else ""


def day(config: Config, seed: int, advisors: int) -> list[Arrival]:
    """All visits of the day `seed`, in the order of their coming. Shares of the day are met to the nearest visit."""
    random = Random(seed)  # noqa: S311  # why: a played day must be repeatable, not secret
    count = min(MOST, max(FEWEST, round(advisors * random.uniform(*PER_ADVISOR))))
    visits = list(range(count))
    several = _some(random, visits, SEVERAL * count)
    missing = _some(random, visits, random.uniform(*NO_SHOW) * count)
    matters = [_matters(config, random, several=n in several) for n in visits]
    could = [n for n in visits if n not in missing and _guidable(config, matters[n])]
    for n in sorted(_some(random, could, random.uniform(*GUIDED) * count)):
        matters[n] = _guided(config, random, matters[n])
    times = sorted(_time(random) for _ in visits)
    spoken = _languages(config, random, count)
    return [_arrival(config, random, times[n], spoken[n], matters[n], n not in missing) for n in visits]


def _languages(config: Config, random: Random, count: int) -> list[str]:
    """Every language of the point is spoken every day, each in its share."""
    weights = {language: LANGUAGES.get(language, 1) for language in config.point.languages}
    all_, house = sum(weights.values()), config.point.house
    spoken = [one for one, weight in weights.items() if one != house for _ in range(round(count * weight / all_))]
    spoken += [house] * (count - len(spoken))
    random.shuffle(spoken)
    return spoken


def _some(random: Random, among: list[int], share: float) -> set[int]:
    return set(random.sample(among, min(len(among), round(share))))


def _time(random: Random) -> int:
    hour = _drawn(random, HOURS)
    return min(hour * HOUR_S + random.randrange(HOUR_S), LAST_ENTRY_S - random.randrange(HOUR_S // 4))


def _arrival(
    config: Config, random: Random, at_s: int, language: str, matters: tuple[Matter, ...], comes: bool
) -> Arrival:
    booked = len(matters) == 1 and matters[0].service != general(config) and random.random() < APPOINTMENTS
    score = _drawn(random, SCORES) if random.random() < FEEDBACK else 0
    walk = random.randint(*WALK_S)
    return Arrival(at_s, language, matters, comes, walk, booked, score)


def _matters(config: Config, random: Random, *, several: bool) -> tuple[Matter, ...]:
    first = _first(config, random)
    made = [_matter(random, first)]
    if first.id == general(config) and len(config.services) > 1 and random.random() < SENT_ON:
        target = _service(config, random, without={first.id}) or first
        made = [msgspec.structs.replace(made[0], send_to=target.id, hold=False)]
        made.append(msgspec.structs.replace(_matter(random, target), known="sent"))
    second = _service(config, random, without={m.service for m in made}) if several else None
    if second is not None:
        at_desk = random.random() < AT_DESK
        further = _matter(random, second, part=FURTHER)
        made.append(msgspec.structs.replace(further, known="desk" if at_desk else "kiosk"))
    return tuple(made)


def _matter(random: Random, service: Service, part: float = 1.0) -> Matter:
    lasts = part * service.median_s * random.lognormvariate(0.0, SPREAD)
    lasts_s = round(min(LONGEST_S, max(SHORTEST_S, lasts)))
    return Matter(service.id, lasts_s, _drawn(random, RESOLUTIONS), hold=random.random() < HOLD)


def _guidable(config: Config, matters: tuple[Matter, ...]) -> bool:
    return any(_by_e_service(config, m) for m in matters)


def _by_e_service(config: Config, matter: Matter) -> bool:
    service = config.service(matter.service)
    return service is not None and "e_service" in service.channels and not matter.send_to


def _guided(config: Config, random: Random, matters: tuple[Matter, ...]) -> tuple[Matter, ...]:
    """The first matter that an e-service could settle is guided to it."""
    n = next(n for n, m in enumerate(matters) if _by_e_service(config, m))
    guidance: Guidance = "e_channel_shown" if random.random() < SHOWN_ONLY else "e_channel_assisted"
    return (*matters[:n], msgspec.structs.replace(matters[n], guidance=guidance), *matters[n + 1 :])


def general(config: Config) -> str:
    """The service for whoever does not know where to start; "" where there is none."""
    return config.kiosks[0].general if config.kiosks else ""


def _first(config: Config, random: Random) -> Service:
    start = config.service(general(config))
    if start is not None and random.random() < GENERAL:
        return start
    return _service(config, random, without=set()) or config.services[0]


def _service(config: Config, random: Random, *, without: set[str]) -> Service | None:
    """Providers by their share; within a provider, short matters more often than long ones."""
    offered = [s for s in config.services if s.kiosk and s.id not in without and s.id != general(config)]
    if not offered:
        return None
    often = {s.id: s.median_s**-SHORT_FIRST for s in offered}
    whole = {p: sum(often[s.id] for s in offered if s.provider == p) for p in {s.provider for s in offered}}
    weights = [PROVIDERS.get(s.provider, PROVIDER_ELSE) * often[s.id] / whole[s.provider] for s in offered]
    return random.choices(offered, weights)[0]


def _drawn(random: Random, weights: Mapping[T, float]) -> T:
    return random.choices(list(weights), list(weights.values()))[0]
