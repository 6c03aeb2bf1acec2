"""The record of a disk says what really happens: the same story, told by a process of its own on the real disk with
nothing of ours in between, asks the same of the kernel, call by call, offset by offset, sync by sync.

An earlier model forgot that SQLite syncs the folder with the first sync of a new log, and saw everything lost.
"""

from random import Random

from tests.powercut import box_stories, central_stories

TELLERS = {
    "days": lambda folder: box_stories.told(box_stories.days, folder, Random(7), 24),
    "a small log": lambda folder: box_stories.told(box_stories.a_small_log, folder, Random(7), 24),
    "retention": lambda folder: box_stories.told(box_stories.old_events_go, folder, Random(7), 24),
    "central": lambda folder: central_stories.told(central_stories.one_box_at_a_time, folder, Random(7), 24),
}
UNRECORDED = """
import asyncio, sys
from pathlib import Path
from tests.powercut import disk, test_model_truth
from tests.powercut.unrecorded import unrecorded
"""
