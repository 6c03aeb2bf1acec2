# Sanoja, joita jokainen sivu käyttää.
language-name = Suomi
number-ahead = { $n ->
    [0] Olet jonossa ensimmäinen.
    [one] Edelläsi on 1 asiakas.
   *[other] Edelläsi on { $n } asiakasta.
}
wait-minutes = Odotus noin { $minutes } min.
counter-place = Palvelupiste { $label }
stale-title = Näytössä on häiriö
stale-text = Numeroita ei voi nyt näyttää. Odota hetki tai kysy henkilökunnalta.
not-signed-in-title = Laite ei ole käytössä
not-signed-in-text = Laitteen tunnus puuttuu tai on vanhentunut. Pyydä paikalle tekninen tuki.
point-closed = Palvelupiste on nyt suljettu.
point-opens = Avoinna seuraavan kerran { $when }
clock-not-set-title = Vuoronumeroita ei voi nyt antaa
clock-not-set-text = Laitteen kello ei ole ajassa. Kysy henkilökunnalta.
