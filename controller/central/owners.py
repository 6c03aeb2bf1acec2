"""Which session is at which point, which expert the pictures give it to, what a provider is called: found at once,
however many there are. No I/O here."""

from collections.abc import Iterator

from controller.central.shapes import Brief, Name
from controller.central.standing import Home, belongs


class Owners:
    """What the points' pictures say, by session and by expert."""

    def __init__(self) -> None:
        self._homes: dict[str, Home] = {}  # session -> its point
        self._given: dict[str, dict[str, None]] = {}  # expert -> sessions, in the order in which they were given

    def __contains__(self, session: object) -> bool:
        return session in self._homes

    def sessions(self) -> set[str]:
        return set(self._homes)

    def home(self, session: str) -> Home | None:
        return self._homes.get(session)

    def brief(self, session: str) -> Brief | None:
        home = self._homes.get(session)
        return home.sessions.get(session) if home is not None else None

    def of(self, expert: str) -> Iterator[Brief]:
        """What is this expert's by the pictures of the points that have a line."""
        for session in self._given.get(expert, ()):
            home = self._homes[session]
            if home.here and belongs(brief := home.sessions[session], expert):
                yield brief

    def draw(self, home: Home, sessions: dict[str, Brief]) -> dict[str, Brief]:
        """These are the point's sessions now; those that it had before."""
        before, home.sessions = home.sessions, sessions
        for session, brief in before.items():
            if session not in sessions:
                del self._homes[session]
            if brief.expert is not None and (session not in sessions or sessions[session].expert != brief.expert):
                self._take_back(brief.expert, session)
        for session, brief in sessions.items():
            self._homes[session] = home
            if brief.expert is not None:
                self._given.setdefault(brief.expert, {})[session] = None
        return before

    def _take_back(self, expert: str, session: str) -> None:
        del self._given[expert][session]
        if not self._given[expert]:
            del self._given[expert]


class Providers:
    """Names of providers, as the points tell them; of several, as the one says that has told for longest."""

    def __init__(self) -> None:
        self._told: dict[str, dict[str, Name]] = {}  # provider -> point -> its name
        self._tells: dict[str, set[str]] = {}  # point -> providers

    def get(self, provider: str) -> Name | None:
        return next(iter(self._told.get(provider, {}).values()), None)

    def tell(self, point: str, names: dict[str, Name]) -> set[str]:
        """All that this point says now; whose names are others by that."""
        before = self._tells.pop(point, set())
        touched = {provider: self.get(provider) for provider in before | names.keys()}
        for provider in before - names.keys():
            del self._told[provider][point]
            if not self._told[provider]:
                del self._told[provider]
        for provider, name in names.items():
            self._told.setdefault(provider, {})[point] = name
        if names:
            self._tells[point] = set(names)
        return {provider for provider, name in touched.items() if self.get(provider) != name}
