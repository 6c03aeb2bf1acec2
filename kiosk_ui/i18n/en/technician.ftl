# The technician's page in English: what is wrong, since when, what to do about it.
technician-title = Devices
technician-language = Language
technician-contrast = High contrast
technician-wait = Asking the point how its devices are…
technician-stale = The connection to the point is lost
technician-stale-help = What is below was true at { $local } and may have changed. The page reconnects by itself. If it does not: is the box on, and are you on its network?
technician-summary-good = Everything works.
technician-summary-bad = Mend now:
technician-summary-warn = Needs attention soon:
technician-summary-unknown = Not known whether these work:
technician-summary-simulated = Simulated, no real device: { $names }
technician-kind-printer = Ticket printer
technician-kind-panel = Button or keypad
technician-kind-scanner = Scanner
technician-kind-screen = Info-TV
technician-kind-kiosk = Kiosk
technician-kind-booth = Remote-service booth
technician-kind-other = Device
technician-simulated = SIMULATED
technician-state-ready = Works
technician-state-degraded = Works, needs attention
technician-state-attached = Plugged in, not ready yet
technician-state-out_of_service = Does not work
technician-state-detached = No connection
technician-state-unknown = Not known
technician-for-new = for less than a minute
technician-for-min = for { $min } min
technician-for-hours = for { $h } h { $min } min
technician-for-days = { $d ->
    [one] for 1 day
   *[other] for { $d } days
}
technician-ago-new = just now
technician-ago-min = { $min } min ago
technician-ago-hours = { $h } h ago
technician-ago-days = { $d ->
    [one] 1 day ago
   *[other] { $d } days ago
}
technician-do = What to do
technician-proof = Proof of paper
technician-tier-T1 = Proves each ticket
technician-tier-T2 = Counts cuts: a ticket is proven by the cutter
technician-tier-T3 = Says that it took a ticket, not that it came out
technician-tier-T4 = Tells only whether there is paper
technician-tier-T5 = Cannot tell whether a ticket came out
technician-tier-none = Nothing proven yet since the start
technician-roll = Paper left
technician-roll-left = about { $n } tickets
technician-roll-none = none
technician-roll-unknown = not known until the roll is changed
technician-roll-new = New roll put in
technician-roll-noted = the new roll is noted
technician-link = Link
technician-cause-paper_out = The paper is out
technician-mend-paper_out = Open the cover, put in a new roll with the paper coming from underneath, pull out a hand's width and close the cover until it clicks.
technician-cause-near_end = The paper is running low
technician-mend-near_end = Bring a new roll beside the printer. Change it when the kiosk is quiet.
technician-cause-another_printer = Another printer than before is in its place
technician-mend-another_printer = If you changed the printer, print a test page: from then on it is known. If not, two printers have changed places: move the cables back.
technician-cause-blind = The printer cannot say whether a ticket came out
technician-mend-blind = The configuration says so (blind). Use a printer that answers if you can; otherwise look at the paper yourself every morning.
technician-cause-cover = The cover is open
technician-mend-cover = Close the cover until it clicks on both sides. If it stays like this, look for paper under the edge.
technician-cause-cutter = The cutter is jammed
technician-mend-cutter = Switch the printer off. Open the cover, take out loose paper, turn the blade back with its wheel. Close it and switch on.
technician-cause-jam = The paper is jammed
technician-mend-jam = Open the cover, take out the crumpled paper, put the roll straight and close the cover.
technician-cause-offline = The printer is paused
technician-mend-offline = Press its feed button once. If it stays paused, switch it off, wait ten seconds, switch it on.
technician-cause-error = The printer reports a fault
technician-mend-error = Switch it off, wait ten seconds, switch it on. If the fault comes back, the printer needs service: change it.
technician-cause-no_answer = Connected, but it does not answer
technician-mend-no_answer = { $link ->
    [serial] Is it switched on? Compare the speed in the config with the printer's own print-out (hold feed while switching on).
   *[other] Is it switched on and not stuck in its own menu? Switch it off, wait ten seconds, switch it on.
}
technician-cause-silent = The printer does not answer
technician-mend-silent = Switch it off, wait ten seconds, switch it on.
technician-cause-no_link = There is no connection to it
technician-mend-no_link = { $link ->
    [tcp] Is it switched on? Is its network cable in, with a light at the plug? Is the address in the config the printer's own?
    [sim] The simulated hardware is not running. Start it, or run luukku demo again.
   *[other] Is it switched on? Push its cable in at both ends. Then try another port of the box.
}
technician-cause-busy_elsewhere = Connected, but it says nothing: another computer may hold it
technician-mend-busy_elsewhere = Does another computer print there: a till, a print server, an old box? Take it off the printer. If not, switch the printer off, wait ten seconds, switch it on.
technician-cause-stuck = A button is stuck
technician-mend-stuck = Press it a few times and clean its edge. If it stays down, unplug it: the point works without.
technician-cause-absent = It is not plugged in
technician-mend-absent = Plug it into the box. If it is plugged in, look below whether it was found under another name.
technician-cause-no_access = The box may not open it
technician-mend-no_access = Run sudo luukku doctor on the box; it names the missing rule.
technician-cause-ambiguous = Two devices have that serial number
technician-mend-ambiguous = Unplug one of them, or name the port instead in the config: luukku suggest prints it.
technician-cause-taken = Another entry of the config has the device that is plugged in there
technician-mend-taken = Run luukku check FILE --devices on the box: it names the two. Change the link of one of them.
technician-cause-no_udev = The box cannot tell what is plugged in
technician-mend-no_udev = Run sudo luukku doctor on the box; it names the missing service.
technician-cause-babbling = It talks without end
technician-mend-babbling = Switch it off and on. If it goes on, unplug it: something else may stand at its address.
technician-cause-recovering = It is being cleared after a paper that went wrong
technician-mend-recovering = Nothing to do: it takes some seconds. If it stays so, open and close its cover.
technician-cause-gave_up = No proof came within a minute
technician-mend-gave_up = The number was shown on the screen instead. Look at the printer: paper, cover, cable.
technician-cause-over = The visit was over before its paper came
technician-mend-over = Nothing to do here.
technician-cause-expired = Its paper was too old to be printed
technician-mend-expired = Nothing to do here: nobody gets a number by surprise.
technician-cause-journal = The disk did not take what must be written down first
technician-mend-journal = Make room on the disk: see Disk below.
technician-cause-no_report = Nothing has been heard of it
technician-mend-no_report = This version may have no driver for its link. Plug it in again, then look at the box with luukku doctor.
technician-cause-no_page = Its page is not open
technician-mend-no_page = Is the screen's computer on and on the network? Restart its browser. It signs in with the surface's own token (luukku tokens).
technician-cause-not_drawing = Its page is open, but it does not draw
technician-mend-not_drawing = Bring the page to the front, or restart its browser.
technician-cause-no_media = The booth's own process does not answer
technician-mend-no_media = It starts again by itself. If not: luukku doctor.
technician-cause-no_camera = The camera gives no picture
technician-mend-no_camera = Check its cable and power.
technician-cause-camera_dark = The camera's picture is black
technician-mend-camera_dark = Check its shutter and the light.
technician-cause-camera_still = The camera's picture does not move
technician-mend-camera_still = Unplug the camera for a moment.
technician-cause-no_path = No way to the relay server
technician-mend-no_path = Check the firewall: TURN, udp and tcp 3478, tls 443.
technician-cause-poor_path = The way to the experts is a detour, or poor
technician-mend-poor_path = It works; check firewall and line.
technician-cause-no_microphone = No microphone
technician-mend-no_microphone = Check its cable.
technician-cause-microphone_silent = Nothing is heard from the microphone
technician-mend-microphone_silent = Check its mute button and cable.
technician-cause-no_speaker = No loudspeaker
technician-mend-no_speaker = Check its cable.
technician-cause-speaker_unheard = The microphone does not hear the loudspeaker
technician-mend-speaker_unheard = Check its volume and cable.
technician-cause-no_central = No line to the experts
technician-mend-no_central = Check the line to the central system.
technician-cause-timeout = It did not finish in time
technician-mend-timeout = Look at the printer: is half a ticket hanging out? Take it out and try again.
technician-cause-link_lost = The connection was lost on the way
technician-mend-link_lost = Push the cable in at both ends and try again.
technician-cause-interrupted = It was interrupted
technician-mend-interrupted = Try again.
technician-cause-other = Cause: { $cause }
technician-mend-other = This page has no words for it yet. Try the device; if that fails, give the cause to support.
technician-cause-unsaid = It has not said how it is
technician-mend-unsaid = Wait ten seconds. If it stays like this, press its test button.
technician-test-printer = Print a test paper
technician-test-screen = Test the screen
technician-test-kiosk = Test the screen
technician-test-other = Test
technician-testing = Testing…
technician-test-of = Test { $when }
technician-proven-answers = It answers over its link and could print now. No paper was printed.
technician-proven-answers-other = It answers over its link.
technician-proven-draws = The page drew itself anew.
technician-proven-paper = A test paper came out and was proven.
technician-proven-paper-simulated = A test paper came out of the simulated printer. No real paper.
technician-test-failed = The test failed: { $cause }
technician-test-heard = { $device }: { $result }
technician-problem-network = The point did not answer. Try again.
technician-problem-forbidden = This sign-in may not test devices.
technician-problem-other = The test could not be made: { $detail }
technician-events = Latest events
technician-events-none = No events are known of this device.
technician-event-shown = Showed a call after { $ms } ms
technician-event-spoken = Spoke a call after { $ms } ms
technician-event-paper-confirmed = { $number } on paper
technician-event-paper-unknown = { $number } not known whether on paper
technician-event-paper-failed = { $number } not printed
technician-event-paper-void = { $number } printing dropped
technician-unknown = Plugged in, but nobody's
technician-unknown-help = Copy the lines into the point's config, choose an id, and restart the service.
technician-copy = Copy the lines
technician-copied = Copied
technician-copy-select = Marked: copy with Ctrl+C or a long press
technician-point = This point
technician-version = Version
technician-config = Config
technician-started = Running
technician-clock = Clock
technician-clock-synced = Right: set from the network
technician-clock-holdover = Runs on its own, still trusted
technician-clock-holdover-do = Check that the box reaches a time server (luukku doctor).
technician-clock-unsynced = Never set: no numbers are given
technician-clock-unsynced-do = Set the clock or connect the network; numbers are given at once afterwards.
technician-central = Central system
technician-central-none = This point works without one
technician-central-up = Linked, has every event
technician-central-behind = { $n ->
    [one] Linked, 1 event on its way
   *[other] Linked, { $n } events on their way
}
technician-central-down = { $n ->
    [one] No link: 1 event waits on the box
   *[other] No link: { $n } events wait on the box
}
technician-central-down-short = No link; events wait on the box
technician-central-down-do = Nothing is lost; they go when the link is back. Check the network of the box and the address in the config.
technician-central-fork = Central holds another history of this point
technician-central-fork-do = Was this box's disk copied? Only one copy may run. Ask support before anything else.
technician-disk = Disk
technician-disk-free = { $free } GB free of { $total } GB
technician-disk-free-mb = { $free } MB free of { $total } GB
technician-disk-low = Room is running out
technician-disk-low-do = Make room: sudo journalctl --vacuum-size=200M; sudo apt clean
technician-disk-unknown = Not known
technician-disk-full = Full: no numbers are given
