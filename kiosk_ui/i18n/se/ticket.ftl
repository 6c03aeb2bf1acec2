# Áššehasa iežas siidu telefovnnas. (Draft: i18n/review.json)
ticket-title = Du vuoronummir
ticket-waiting = Vuordde vuorrosat
ticket-turn = Dál lea du vuorru
ticket-go = Bálvalansadji { $label }
ticket-go-lobby = Geahča šearpmas, guđe bálvalansadjái galggat mannat.
ticket-called-again = Du gohččot.
ticket-serving = Bálvalus lea jođus
ticket-held = Du bálvalus joatkašuvvá fargga. Vuordde dáppe.
ticket-transferred = Du ášši sirdojuvvo eará bálvalussii. Vuordde ođđa gohččuma.
ticket-done = Giitu galledeamis
ticket-no-show = Du gohčče, muhto it boahtán. Jeara bargiin.
ticket-cancelled = Vuoronummir lea šluhttejuvvon.
ticket-no-estimate = Vuordináiggi ii sáhte vel árvvoštallat.
ticket-keep = Doalat siiddu rabas. Dat muitala, goas lea du vuorru.
ticket-bring = Váldde gárvvisin:
ticket-issued = Addojuvvon { $when }
ticket-stale = Oktavuohta botkanii
ticket-stale-text = Dili ii sáhte dál čájehit. Du nummir lea fámus. Čuovo šearpma.
ticket-unknown = Vuoronummir ii gávdno
ticket-unknown-text = Nummir lea boarásnuvvan dahje čujuhus lea boastut. Jeara bargiin.
ticket-feedback = Mo bálvalus lihkostuvai?
ticket-score = { $score ->
    [1] Hui fuones
    [2] Fuones
    [3] Gaskageardásaš
    [4] Buorre
   *[5] Hui buorre
}
ticket-feedback-thanks = Giitu máhcahagas.
ticket-feedback-failed = Máhcahat ii mannan ollái. Geahččal ođđasit.
ticket-languages = Giella
