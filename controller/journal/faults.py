"""What can be wrong with a journal, said to whoever can mend it."""


class JournalFault(Exception):
    """The journal did not take what it was given; nothing of it was stored."""


class JournalFull(JournalFault):
    """No room, or the disk refuses to write. It may mend itself when there is room."""


class JournalDamaged(JournalFault):
    """The file is not what was written. It is set aside, and what can be read is rescued."""


class JournalInUse(JournalFault):
    """Another process holds this journal."""


class JournalTooNew(JournalFault):
    """A newer version of Luukku wrote this journal; this one must not touch it."""
