# Words that every page uses.
language-name = English
number-ahead = { $n ->
    [0] You are first in the queue.
    [one] There is 1 customer ahead of you.
   *[other] There are { $n } customers ahead of you.
}
wait-minutes = Wait about { $minutes } min.
counter-place = Counter { $label }
stale-title = This screen has a problem
stale-text = Numbers cannot be shown right now. Please wait a moment or ask the staff.
not-signed-in-title = This device is not in use
not-signed-in-text = The device's key is missing or has expired. Please call technical support.
point-closed = The service point is closed now.
point-opens = Next open { $when }
clock-not-set-title = Queue numbers cannot be given right now
clock-not-set-text = The clock of this device is not set. Please ask the staff.
