# Sánit, maid juohke siidu geavaha. (Draft: i18n/review.json)
language-name = Davvisámegiella
number-ahead = { $n ->
    [0] Don leat vuosttas ráiddus.
    [one] Du ovddabealde lea 1 áššehas.
    [two] Du ovddabealde leaba 2 áššehasa.
   *[other] Du ovddabealde leat { $n } áššehasa.
}
wait-minutes = Vuordináigi sullii { $minutes } min.
counter-place = Bálvalansadji { $label }
stale-title = Šearpmas lea váttisvuohta
stale-text = Nummiriid ii sáhte dál čájehit. Vuordde oanehaš dahje jeara bargiin.
not-signed-in-title = Rusttet ii leat anus
not-signed-in-text = Rusttega dovddaldat váilu dahje lea boarásnuvvan. Bivdde teknihkalaš doarjaga.
point-closed = Bálvalanbáiki lea dál gitta.
point-opens = Rahppojuvvo čuovvovaš háve { $when }
clock-not-set-title = Vuoronummiriid ii sáhte dál addit
clock-not-set-text = Rusttega diibmu ii leat áiggis. Jeara bargiin.
