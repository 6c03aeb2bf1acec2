# The customer's own page on a phone.
ticket-title = Your number
ticket-waiting = Please wait for your turn
ticket-turn = It is your turn now
ticket-go = Counter { $label }
ticket-go-lobby = See the lobby screen for your counter.
ticket-called-again = You are being called.
ticket-serving = You are being served
ticket-held = Your service continues soon. Please wait in the lobby.
ticket-transferred = Your matter moves to another service. Wait for a new call.
ticket-done = Thank you for your visit
ticket-no-show = You were called but did not come. Please ask the staff.
ticket-cancelled = This number has been cancelled.
ticket-no-estimate = The wait cannot be estimated yet.
ticket-keep = Keep this page open. It tells you when it is your turn.
ticket-bring = Please have ready:
ticket-issued = Issued { $when }
ticket-stale = Connection lost
ticket-stale-text = The queue cannot be shown right now. Your number is valid. Watch the lobby screen.
ticket-unknown = Number not found
ticket-unknown-text = The number has expired or the address is wrong. Please ask the staff.
ticket-feedback = How did the service go?
ticket-score = { $score ->
    [1] Very badly
    [2] Badly
    [3] Fairly
    [4] Well
   *[5] Very well
}
ticket-feedback-thanks = Thank you for your feedback.
ticket-feedback-failed = Your feedback was not sent. Try again.
ticket-languages = Language
