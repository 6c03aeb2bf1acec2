# Vuorolihppu. (Draft: i18n/review.json)
paper-ahead = { $n ->
    [0] Don leat vuosttas ráiddus
    [one] Du ovddabealde lea 1 áššehas
    [two] Du ovddabealde leaba 2 áššehasa
   *[other] Du ovddabealde leat { $n } áššehasa
}
paper-estimate = Vuordináigi sullii { $minutes } min
paper-issued = Addojuvvon { $date } dii. { $time }
paper-appointment = Várrejuvvon áigi dii. { $time }
paper-watch = Vuordde gohččuma. Čuovo šearpma.
paper-bring = Váldde gárvvisin:
paper-also = Seamma galledeamis maid:
paper-qr-hint = Čuovo vuorrosat telefovnnain
paper-copy = KOPIIJA
