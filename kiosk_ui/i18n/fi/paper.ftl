# Vuorolappu. Rivit ovat lyhyitä: leveys on 42 merkkiä.
paper-ahead = { $n ->
    [0] Olet jonossa ensimmäinen
    [one] Edelläsi on 1 asiakas
   *[other] Edelläsi on { $n } asiakasta
}
paper-estimate = Odotus noin { $minutes } min
paper-issued = Annettu { $date } klo { $time }
paper-appointment = Varattu aika klo { $time }
paper-watch = Odota kutsua. Seuraa aulan näyttöä.
paper-bring = Ota valmiiksi esille:
paper-also = Samalla käynnillä myös:
paper-qr-hint = Seuraa vuoroasi puhelimella
paper-copy = KOPIO
