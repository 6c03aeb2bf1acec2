# Asiakkaan oma vuorosivu puhelimessa.
ticket-title = Vuoronumerosi
ticket-waiting = Odota vuoroasi
ticket-turn = Nyt on sinun vuorosi
ticket-go = Palvelupiste { $label }
ticket-go-lobby = Katso palvelupiste aulan näytöltä.
ticket-called-again = Sinua kutsutaan.
ticket-serving = Palvelu on kesken
ticket-held = Palvelusi jatkuu pian. Odota aulassa.
ticket-transferred = Asiasi siirtyy toiseen palveluun. Odota uutta kutsua.
ticket-done = Kiitos käynnistä
ticket-no-show = Sinua kutsuttiin, mutta et tullut. Kysy henkilökunnalta.
ticket-cancelled = Vuoronumero on peruttu.
ticket-no-estimate = Odotusaikaa ei voi vielä arvioida.
ticket-keep = Pidä sivu auki. Se kertoo, kun on vuorosi.
ticket-bring = Ota valmiiksi esille:
ticket-issued = Annettu { $when }
ticket-stale = Yhteys katkesi
ticket-stale-text = Tilannetta ei voi nyt näyttää. Numerosi on voimassa. Seuraa aulan näyttöä.
ticket-unknown = Vuoronumeroa ei löydy
ticket-unknown-text = Numero on vanhentunut tai osoite on väärä. Kysy henkilökunnalta.
ticket-feedback = Miten palvelu onnistui?
ticket-score = { $score ->
    [1] Erittäin huonosti
    [2] Huonosti
    [3] Kohtalaisesti
    [4] Hyvin
   *[5] Erittäin hyvin
}
ticket-feedback-thanks = Kiitos palautteesta.
ticket-feedback-failed = Palaute ei mennyt perille. Yritä uudelleen.
ticket-languages = Kieli
