"""The bugs that are planted to see the tests bite: which law each breaks, in which room, and who must find it.

Each edit is exact text that stands once in its file; `test_planted.py` says so in every test run, so that the list
cannot rot. Whoever changes such a line writes the bug anew.
"""

from typing import NamedTuple

NUMBERS = "a number is unique, gapless and rising in its series and day"
QUEUES = "a ticket is with at most one counter; none is lost on transfer"
JOURNALLED = "nothing is visible, printed or sent before it is journalled"
REPLAY = "replay(journal) == live state; old schemas still replay"
PAPER = "paper is never silently lost; a second print only as a marked copy"
UNKNOWN = "unknown is a value, never shown as OK"
CENTRAL = "central sees every seq, in order, at least once; exactly once after its de-duplication"
BOARDS = "no old number is ever shown as current"
PRIVACY = "no personal data in events beyond what the contract lists"
DURABLE = "what was acknowledged is on the disk"
ONCE = "the same key and body gives the stored answer and changes nothing"
FIGURES = "the figures are as the contract defines them"

# The law of the table that has no room yet: "video can never delay a ticket" comes with the media process.


class Bug(NamedTuple):
    """`what`: the mistake in a sentence. `edits`: (file, old, new). `finders`: tests of which each must fail."""

    law: str
    what: str
    edits: tuple[tuple[str, str, str], ...]
    finders: tuple[str, ...]


def bug(law: str, what: str, file: str, old: str, new: str, *finders: str) -> Bug:
    return Bug(law, what, ((file, old, new),), finders)


BUGS = (
    bug(NUMBERS, "the business date follows a clock that steps back", "controller/domain/numbering.py",
        "        return max(today, last)", "        return today",
        "tests/domain/test_numbers.py::test_a_clock_that_goes_back_and_forth_over_midnight_ends_the_day_once",
        "tests/journal/test_ledger_model.py"),
    bug(NUMBERS, "a clock in holdover may jump any number of days", "controller/domain/numbering.py",
        'return today if now.clock == "synced" or days <= 1 else last', "return today",
        "tests/domain/test_numbers.py::test_a_box_off_for_three_days_in_holdover_waits_for_its_clock_and_repeats_no_number",
        "tests/journal/test_ledger_model.py"),
    bug(NUMBERS, "a clock that was never set numbers tickets of 1970", "controller/domain/numbering.py",
        '    if now.clock == "unsynced":\n        return last\n', "",
        "tests/domain/test_numbers.py::test_with_no_clock_ever_set_nothing_is_numbered_and_afterwards_the_first_number_is_one",
        "tests/journal/test_ledger_model.py"),
    bug(NUMBERS, "a number torn from the paper roll moves the kiosk's series", "controller/domain/evolve.py",
        'if state.visits[event.visit].entry != "roll":', "if event.n:",
        "tests/domain/test_point_model.py"),
    bug(NUMBERS, "a commit that the disk refused leaves its numbers taken", "controller/ledger.py",
        "            self._ahead = replay.copy(self.state)\n            self._reply(", "            self._reply(",
        "tests/journal/test_ledger.py::test_what_queues_behind_a_refused_commit_is_decided_on_the_truth",
        "tests/journal/test_ledger_model.py"),
    bug(NUMBERS, "the second 03:30 of the autumn night is taken for the first", "controller/domain/hours.py",
        "return _ms(second if ends else first)", "return _ms(first)",
        "tests/domain/test_hours.py::test_both_days_on_which_the_clock_is_changed"),
    bug(QUEUES, "an advisor may call the next customer while one is served", "controller/domain/counters.py",
        '    if turn.stage == "serving" or draft.now.ms < turn.last_called + draft.config.point.walk_s * 1000:\n',
        '    if turn.stage == "serving":\n        return\n    if not turn.counter:\n',
        "tests/domain/test_desk_model.py",
        "tests/domain/test_counter_work.py::test_who_is_being_served_is_never_ended_by_the_next_call"),
    bug(QUEUES, "a transferred customer stands in no queue", "controller/domain/evolve_service.py",
        "    insort(state.waiting.setdefault(turn.queue, []), (turn.place, turn.id))\n",
        '    if event.cause != "transfer":\n'
        "        insort(state.waiting.setdefault(turn.queue, []), (turn.place, turn.id))\n",
        "tests/domain/test_desk_model.py",
        "tests/domain/test_transfers.py::test_a_transfer_is_an_end_and_a_new_service_event_of_the_same_visit_and_number"),
    bug(QUEUES, "a clock that steps back lets newcomers jump the queue", "controller/domain/queues.py",
        "return max(ms, state.tail + max(1, since))", "return ms",
        "tests/domain/test_queue_order.py::test_a_clock_that_steps_back_lets_nobody_jump_the_queue"),
    bug(QUEUES, "a customer for one counter only is called by another", "controller/domain/queues.py",
        "        if wanted is not None and wanted.open:\n            return False\n", "        pass\n",
        "tests/domain/test_desk_model.py",
        "tests/domain/test_transfers.py::test_with_return_the_sender_gets_them_back_for_the_same_service"),
    bug(QUEUES, "a counter that closes forgets the customer it had called", "controller/domain/counters.py",
        "        for id_ in [counter.current, *counter.held]:", "        for id_ in counter.held:",
        "tests/domain/test_desk_model.py",
        "tests/domain/test_counter_work.py::test_closing_a_counter_puts_the_called_first_again_and_ends_the_served"),
    bug(QUEUES, "whoever asked to have the customer back is forgotten", "controller/domain/visits.py",
        "                back = [*back, before]", "                back = list(back)",
        "tests/domain/test_transfers.py::test_with_return_the_sender_gets_them_back_for_the_same_service"),
    Bug(JOURNALLED, "the state that others see is changed before the commit", (
        ("controller/ledger.py", "        try:\n            if batch.bodies or batch.answers or batch.cursors:",
         "        for event, stamp in batch.facts:\n            evolve(self.state, event, stamp)\n"
         "        try:\n            if batch.bodies or batch.answers or batch.cursors:"),
        ("controller/ledger.py",
         "            return\n        for event, stamp in batch.facts:\n            evolve(self.state, event, stamp)\n",
         "            return\n"),
    ), ("tests/journal/test_ledger.py::test_nobody_sees_an_event_before_it_is_on_the_disk",)),
    bug(JOURNALLED, "a ticket's bytes go to the printer before its start is journalled", "controller/readers/paper.py",
        "            await self._ledger.submit(start)  # durable before the first byte",
        "            early = ticket_text.paper(\n"
        "                self._ledger.state, self._ledger.config, self._ledger.journal.secret, id_, copy\n"
        "            )\n"
        '            await self._printer.print(early, "EARL", simulated=self._simulated)\n'
        "            await self._ledger.submit(start)",
        "tests/readers/test_paper.py::test_no_byte_of_a_ticket_reaches_the_printer_before_its_start_is_in_the_journal"),
    bug(REPLAY, "an inferred start is applied live at the moment of the press", "controller/ledger.py",
        "stamp = Stamp(header.seq, header.time_ms,", "stamp = Stamp(header.seq, now.ms,",
        "tests/journal/test_replay.py::test_the_replay_of_every_prefix_is_the_state_of_its_moment"),
    bug(REPLAY, "a member that old journals do not have is asked of every event", "controller/domain/events.py",
        "    target_s: Count | UnsetType = UNSET", "    target_s: Count",
        "tests/journal/test_replay.py::test_a_journal_that_version_1_wrote_still_replays"),
    bug(REPLAY, "a snapshot of another history is taken for a start", "controller/journal/replay.py",
        "if at and at[0].seq == latest.seq and at[0].chain == latest.chain:", "if at:",
        "tests/journal/test_replay.py::test_a_snapshot_that_is_not_of_this_journal_is_passed_over"),
    bug(REPLAY, "the chain of an event leaves out the event before", "controller/journal/wire.py",
        'hashlib.sha256(previous.encode() + b"\\n" + body)', "hashlib.sha256(body)",
        "tests/journal/test_store.py::test_the_bytes_are_the_contracts_and_an_own_verifier_finds_the_chain_whole",
        "tests/journal/test_ledger_model.py"),
    bug(PAPER, "a second paper bears no copy mark", "controller/domain/printing.py",
        "return ticket.print.copy + 1 if ticket.print.job else 0", "return 0",
        "tests/domain/test_paper_model.py",
        "tests/readers/test_paper.py::test_a_silent_printer_may_have_printed_so_a_second_paper_is_marked"),
    bug(PAPER, "in doubt is taken for an end", "controller/domain/printing.py",
        'FINAL = frozenset({"confirmed", "failed", "void"})',
        'FINAL = frozenset({"confirmed", "failed", "void", "unknown"})',
        "tests/domain/test_paper_model.py", "tests/domain/test_paper.py::test_unknown_is_said_once_and_is_not_the_end"),
    bug(PAPER, "a failed paper does not bring the number to the screen", "controller/domain/evolve.py",
        '            elif event.result in {"failed", "void"}:', '            elif event.result == "void":',
        "tests/domain/test_paper_model.py",
        "tests/domain/test_paper.py::test_a_paper_that_did_not_come_leaves_the_number_on_the_screen_with_the_cause"),
    bug(PAPER, "papers of a day that is over keep no end", "controller/domain/passing.py",
        '    printing.give_up(draft, "day_over")\n', "",
        "tests/domain/test_paper_model.py"),
    bug(PAPER, "the proof of another job is taken for ours", "drivers/escpos/delivery.py",
        "case ProcessId(job=job) if job == self._job:", "case ProcessId():",
        "tests/drivers/test_escpos_printer.py::test_the_proof_of_another_job_is_none"),
    bug(UNKNOWN, "a printer that does not answer is shown as ready", "drivers/escpos/health.py",
        "PrinterHealth(PrinterCondition.UNKNOWN, causes, self.now.tier)",
        "PrinterHealth(PrinterCondition.READY, causes, self.now.tier)",
        "tests/drivers/test_escpos_printer.py::test_a_printer_that_falls_silent_is_found_out_before_the_ticket"),
    bug(UNKNOWN, "a printer of which nothing is known is shown as ready", "controller/domain/views.py",
        'return {"id": id_, "state": "unknown",', 'return {"id": id_, "state": "ready",',
        "tests/domain/test_views.py::test_a_printer_is_unknown_until_it_has_said_what_it_is"),
    bug(CENTRAL, "the box sends on although central has another history", "controller/uplink/sync.py",
        "        if await self._agrees(head.seq, head.chain):", "        if head.chain:",
        "tests/uplink/test_sync.py::test_a_fork_stops_the_line_and_raises_the_alarm"),
    bug(CENTRAL, "central stores what comes after a gap", "controller/central/store.py",
        "                break  # a gap: the box will be told the head", "                pass",
        "tests/central/test_receiver.py::test_a_gap_is_answered_with_the_head_and_nothing_is_stored"),
    bug(CENTRAL, "central takes an event that does not follow the one before", "controller/central/store.py",
        "elif not follows(chain, event.body) or not _put(connection, key, event):",
        "elif not _put(connection, key, event):",
        "tests/central/test_receiver.py::test_a_first_event_whose_chain_does_not_hold_is_a_fork"),
    bug(BOARDS, "a page that hears nothing goes on showing its numbers", "kiosk_ui/shared/link.js",
        "const STALE_MS = 5000;", "const STALE_MS = 5000000;",
        "tests/pages/test_tv.py::test_no_digit_is_left_when_the_link_only_goes_silent"),
    bug(BOARDS, "the info-TV shows its last state while the link is dead", "kiosk_ui/tv/view.js",
        "if (!ui.live || !state)", "if (!state)",
        "tests/pages/test_tv.py::test_no_digit_is_left_when_the_link_only_goes_silent"),
    bug(BOARDS, "a delta that does not follow on is merged all the same", "kiosk_ui/shared/link.js",
        "if (known.state === null || from !== known.seq) return startOver();",
        "if (known.state === null) return startOver();",
        "tests/pages/test_link.py::test_a_gap_is_mended_by_a_snapshot_never_shown"),
    bug(BOARDS, "a call that is over stays on the board", "controller/domain/views.py",
        'turn.stage in {"called", "serving"} and is_from_lobby(state, turn)', "is_from_lobby(state, turn)",
        "tests/domain/test_views.py::test_called_is_who_is_at_a_counter_now_the_newest_call_first"),
    bug(PRIVACY, "a cause may be a sentence", "controller/domain/event_words.py",
        'Cause = Annotated[str, pattern(r"([a-z][a-z0-9_]{0,39})?")]', 'Cause = Annotated[str, pattern(r".*")]',
        "tests/domain/test_privacy.py::test_no_text_takes_a_sentence"),
    bug(PRIVACY, "an id may be a personal identity code", "controller/domain/event_words.py",
        'rf"{_NO_PERSON}[A-Za-z0-9][A-Za-z0-9._:-]{{0,79}}"', 'r"[A-Za-z0-9][A-Za-z0-9._:-]{0,79}"',
        "tests/domain/test_privacy.py::test_no_text_takes_a_personal_identity_code"),
    bug(DURABLE, "the journal answers before the disk has synced", "controller/journal/file.py",
        "PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL",
        "tests/journal/test_store.py::test_every_acknowledgement_comes_after_the_sync_of_its_bytes",
        "tests/powercut/test_power_cut.py::test_a_power_cut_at_the_box_loses_nothing_invents_nothing_and_is_not_taken_for_damage"),
    bug(DURABLE, "central answers before its disk has synced", "controller/central/disk.py",
        'connection.pragma("synchronous", "full")', 'connection.pragma("synchronous", "normal")',
        "tests/central/test_durability.py::test_an_acknowledgement_comes_only_after_its_write_was_synced",
        "tests/powercut/test_power_cut.py::test_a_power_cut_at_central_loses_nothing_that_was_acknowledged_and_boxes_send_the_rest"),
    bug(DURABLE, "central acknowledges inside the transaction", "controller/central/disk.py",
        "                results = [_in_savepoint(connection, asked.job) for asked in group]\n",
        "                results = [_in_savepoint(connection, asked.job) for asked in group]\n"
        "                for asked, (result, failure) in zip(group, results, strict=True):\n"
        "                    asked.answer(result, failure)\n",
        "tests/central/test_durability.py::test_an_acknowledgement_comes_only_after_its_write_was_synced",
        "tests/powercut/test_power_cut.py::test_a_power_cut_at_central_loses_nothing_that_was_acknowledged_and_boxes_send_the_rest"),
    bug(ONCE, "the same key with another body is answered as before", "controller/ledger.py",
        "        if stored.request != key.request:\n            raise KeyConflict(key.key)\n", "",
        "tests/journal/test_ledger_model.py",
        "tests/web/test_idempotency.py::test_another_body_path_or_method_under_the_same_key_is_a_conflict_and_happens_not"),
    bug(ONCE, "a key is forgotten within the run", "controller/ledger.py",
        "        self._keys.update(batch.answers)\n", "",
        "tests/journal/test_ledger_model.py",
        "tests/web/test_idempotency.py::test_the_same_request_again_gives_the_same_bytes_and_changes_nothing"),
    bug(ONCE, "two of one commit with one key are two tickets", "controller/ledger.py",
        "        stored = batch.answers.get(key.key)\n", "        stored = None\n",
        "tests/journal/test_ledger_model.py",
        "tests/journal/test_ledger.py::test_one_key_twice_in_one_batch_is_one_ticket"),
    bug(FIGURES, "a no-show is no abandonment", "controller/reports/sql/waiting.sql",
        "in ('removed_customer', 'no_show')", "in ('removed_customer')",
        "tests/reports/test_golden_day.py::test_waits_end_at_the_first_call_and_a_transfer_waits_anew"),
    bug(FIGURES, "holds count as service time", "controller/reports/sql/durations.sql",
        " - coalesce(h.held, 0)", "",
        "tests/reports/test_golden_day.py::test_holds_are_no_service_and_the_walk_begins_with_the_last_call"),
    bug(FIGURES, "breaks count as idle", "controller/reports/sql/capacity.sql",
        "seconds(sum(if(doing = 'idle', length, 0))) as idle_s",
        "seconds(sum(if(doing in ('idle', 'break'), length, 0))) as idle_s",
        "tests/reports/test_golden_day.py::test_where_the_open_time_went"),
    bug(FIGURES, "what was delivered besides is not counted", "controller/reports/sql/volumes.sql",
        "sum(i.item.qty) as quantity", "count(*) as quantity",
        "tests/reports/test_golden_day.py::test_what_was_served_by_what_was_delivered"),
)  # fmt: skip
