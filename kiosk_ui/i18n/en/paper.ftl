# The paper ticket. Lines are short: the paper is 42 characters wide.
paper-ahead = { $n ->
    [0] You are first in line
    [one] 1 customer before you
   *[other] { $n } customers before you
}
paper-estimate = Wait about { $minutes } min
paper-issued = Issued { $date } at { $time }
paper-appointment = Appointment at { $time }
paper-watch = Wait to be called. Watch the screen.
paper-bring = Please have ready:
paper-also = Also on this visit:
paper-qr-hint = Follow your turn on your phone
paper-copy = COPY
