# Kundens egen sida i telefonen.
ticket-title = Ditt könummer
ticket-waiting = Vänta på din tur
ticket-turn = Nu är det din tur
ticket-go = Disk { $label }
ticket-go-lobby = Se på skärmen i aulan vilken disk du ska gå till.
ticket-called-again = Du kallas.
ticket-serving = Betjäningen pågår
ticket-held = Betjäningen fortsätter snart. Vänta i aulan.
ticket-transferred = Ditt ärende flyttas till en annan tjänst. Vänta på ett nytt utrop.
ticket-done = Tack för besöket
ticket-no-show = Du kallades men kom inte. Fråga personalen.
ticket-cancelled = Könumret är annullerat.
ticket-no-estimate = Väntetiden kan inte beräknas ännu.
ticket-keep = Håll sidan öppen. Den berättar när det är din tur.
ticket-bring = Ta fram i förväg:
ticket-issued = Given { $when }
ticket-stale = Förbindelsen bröts
ticket-stale-text = Läget kan inte visas just nu. Ditt nummer gäller. Följ skärmen i aulan.
ticket-unknown = Könumret hittas inte
ticket-unknown-text = Numret har gått ut eller adressen är fel. Fråga personalen.
ticket-feedback = Hur lyckades betjäningen?
ticket-score = { $score ->
    [1] Mycket dåligt
    [2] Dåligt
    [3] Någorlunda
    [4] Bra
   *[5] Mycket bra
}
ticket-feedback-thanks = Tack för din respons.
ticket-feedback-failed = Responsen kom inte fram. Försök igen.
ticket-languages = Språk
