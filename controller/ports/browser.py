"""What the point and the keeper of a booth's browser say to each other over browser.sock, a JSON document a line
(docs/remote-service.md, "The booth's browser").
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from controller.domain.event_words import Id

LINE_MOST = 4096  # bytes of a line
NAME = "browser.sock"


class Kept(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="kept"):
    """Keeper to point, on every new line: whose browser it keeps."""

    booth: Id


class Cut(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="cut"):
    """Point to keeper: the browser ends now, whatever it does, and is started anew."""


class WasCut(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="was_cut"):
    """Keeper to point: nothing of that browser runs any more, so many milliseconds after the word."""

    ms: Annotated[float, Meta(ge=0)]


FromKeeper = Kept | WasCut
