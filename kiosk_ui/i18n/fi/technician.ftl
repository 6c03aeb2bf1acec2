# Teknikon sivu suomeksi: mikä on vialla, mistä asti, mitä tehdä.
technician-title = Laitteet
technician-language = Kieli
technician-contrast = Vahva kontrasti
technician-wait = Kysytään pisteeltä laitteiden tilaa…
technician-stale = Yhteys pisteeseen on poikki
technician-stale-help = Alla oleva oli totta kello { $local } ja on voinut muuttua. Sivu yhdistää itse uudelleen. Jos ei yhdistä: onko laite päällä, ja oletko sen verkossa?
technician-summary-good = Kaikki toimii.
technician-summary-bad = Korjaa nyt:
technician-summary-warn = Hoida pian:
technician-summary-unknown = Näiden toiminnasta ei ole tietoa:
technician-summary-simulated = Simuloitu, ei oikeaa laitetta: { $names }
technician-kind-printer = Lipputulostin
technician-kind-panel = Painike tai näppäimistö
technician-kind-scanner = Lukija
technician-kind-screen = Info-TV
technician-kind-kiosk = Kioski
technician-kind-booth = Etäpalveluhuone
technician-kind-other = Laite
technician-simulated = SIMULOITU
technician-state-ready = Toimii
technician-state-degraded = Toimii, vaatii huomiota
technician-state-attached = Kytketty, ei vielä valmis
technician-state-out_of_service = Ei toimi
technician-state-detached = Ei yhteyttä
technician-state-unknown = Ei tietoa
technician-for-new = alle minuutin
technician-for-min = jo { $min } min
technician-for-hours = jo { $h } h { $min } min
technician-for-days = { $d ->
    [one] jo 1 päivän
   *[other] jo { $d } päivää
}
technician-ago-new = juuri nyt
technician-ago-min = { $min } min sitten
technician-ago-hours = { $h } h sitten
technician-ago-days = { $d ->
    [one] 1 päivä sitten
   *[other] { $d } päivää sitten
}
technician-do = Tee näin
technician-proof = Todiste paperista
technician-tier-T1 = Todistaa jokaisen lapun
technician-tier-T2 = Laskee leikkaukset: leikkuri todistaa lapun
technician-tier-T3 = Kertoo saaneensa lapun, ei sen tulemista ulos
technician-tier-T4 = Kertoo vain, onko paperia
technician-tier-T5 = Ei osaa kertoa, tuliko lappu ulos
technician-tier-none = Käynnistyksen jälkeen ei ole vielä todistettu mitään
technician-roll = Paperia jäljellä
technician-roll-left = noin { $n } lappua
technician-roll-none = ei yhtään
technician-roll-unknown = ei tiedossa, ennen kuin rulla vaihdetaan
technician-roll-new = Uusi rulla laitettu
technician-roll-noted = uusi rulla on merkitty
technician-link = Liitäntä
technician-cause-paper_out = Paperi on loppu
technician-mend-paper_out = Avaa kansi ja laita uusi rulla niin, että paperi tulee alakautta. Vedä paperia kämmenen verran ulos ja sulje kansi, kunnes se napsahtaa.
technician-cause-near_end = Paperi loppuu pian
technician-mend-near_end = Tuo uusi rulla tulostimen viereen. Vaihda, kun kioskilla on hiljaista.
technician-cause-another_printer = Tulostimen tilalla on toinen kuin ennen
technician-mend-another_printer = Jos vaihdoit tulostimen, paina ”Tulosta koesivu”: siitä lähtien se tunnetaan. Jos et, kaksi tulostinta on vaihtanut paikkaa: siirrä kaapelit takaisin.
technician-cause-blind = Tulostin ei pysty kertomaan, tuliko lappu ulos
technician-mend-blind = Näin on asetuksissa (blind). Vaihda tulostimeen, joka vastaa, jos voit; muuten katso paperia itse joka aamu.
technician-cause-cover = Kansi on auki
technician-mend-cover = Sulje kansi niin, että se napsahtaa molemmista reunoista. Jos tila ei muutu, katso, onko reunan alla paperia.
technician-cause-cutter = Leikkuri on jumissa
technician-mend-cutter = Katkaise virta. Avaa kansi, poista irtopaperi ja käännä terä takaisin rattaasta. Sulje ja kytke virta.
technician-cause-jam = Paperi on jumissa
technician-mend-jam = Avaa kansi, poista rypistynyt paperi, suorista rulla ja sulje kansi.
technician-cause-offline = Tulostin on tauolla
technician-mend-offline = Paina kerran syöttöpainiketta. Jos tauko jatkuu, katkaise virta, odota kymmenen sekuntia ja kytke virta.
technician-cause-error = Tulostin ilmoittaa viasta
technician-mend-error = Katkaise virta, odota kymmenen sekuntia ja kytke virta. Jos vika palaa, tulostin tarvitsee huoltoa: vaihda se.
technician-cause-no_answer = Kytketty, mutta ei vastaa
technician-mend-no_answer = { $link ->
    [serial] Onko virta päällä? Vertaa asetustiedoston nopeutta tulostimen omaan tulosteeseen (pidä syöttöpainiketta pohjassa, kun kytket virran).
   *[other] Onko virta päällä, eikä laite ole jäänyt omaan valikkoonsa? Katkaise virta, odota kymmenen sekuntia ja kytke virta.
}
technician-cause-silent = Tulostin ei vastaa
technician-mend-silent = Katkaise virta, odota kymmenen sekuntia ja kytke virta.
technician-cause-no_link = Laitteeseen ei ole yhteyttä
technician-mend-no_link = { $link ->
    [tcp] Onko virta päällä? Onko verkkojohto kiinni ja palaako liittimessä valo? Onko asetustiedoston osoite tulostimen oma?
    [sim] Simuloidut laitteet eivät ole käynnissä. Käynnistä ne tai aja luukku demo uudelleen.
   *[other] Onko virta päällä? Työnnä johto kunnolla kiinni molemmista päistä. Kokeile sitten toista liitintä.
}
technician-cause-busy_elsewhere = Kytketty, mutta ei sano mitään: ehkä toinen kone pitää sitä varattuna
technician-mend-busy_elsewhere = Tulostaako sinne toinen kone: kassa, tulostuspalvelin tai vanha laite? Irrota se tulostimesta. Jos ei, katkaise tulostimen virta, odota kymmenen sekuntia ja kytke virta.
technician-cause-stuck = Painike on jäänyt pohjaan
technician-mend-stuck = Paina sitä muutaman kerran ja puhdista reuna. Jos se jää pohjaan, irrota se: piste toimii ilmankin.
technician-cause-absent = Laitetta ei ole kytketty
technician-mend-absent = Kytke se. Jos se on jo kytketty, katso alta, löytyikö se toisella nimellä.
technician-cause-no_access = Laitteen avaaminen on estetty
technician-mend-no_access = Aja koneella sudo luukku doctor; se kertoo puuttuvan säännön.
technician-cause-ambiguous = Kahdella laitteella on sama sarjanumero
technician-mend-ambiguous = Irrota toinen, tai anna asetuksissa portti: luukku suggest tulostaa sen.
technician-cause-taken = Kytketty laite kuuluu jo toiselle asetusten kohdalle
technician-mend-taken = Aja koneella luukku check TIEDOSTO --devices: se nimeää molemmat. Vaihda toisen liitäntä.
technician-cause-no_udev = Kone ei pysty kertomaan, mitä on kytketty
technician-mend-no_udev = Aja koneella sudo luukku doctor; se kertoo puuttuvan palvelun.
technician-cause-babbling = Laite lähettää tietoa taukoamatta
technician-mend-babbling = Katkaise virta ja kytke uudelleen. Jos se jatkuu, irrota laite: sen osoitteessa voi olla jokin muu laite.
technician-cause-recovering = Tulostinta tyhjennetään epäonnistuneen lapun jälkeen
technician-mend-recovering = Ei toimenpiteitä: kestää muutaman sekunnin. Jos tila jää päälle, avaa ja sulje kansi.
technician-cause-gave_up = Varmistusta ei tullut minuutissa
technician-mend-gave_up = Numero näytettiin sen sijaan näytöllä. Katso tulostinta: paperi, kansi, johto.
technician-cause-over = Asiointi päättyi ennen kuin lappu tuli
technician-mend-over = Ei toimenpiteitä.
technician-cause-expired = Lappu oli liian vanha tulostettavaksi
technician-mend-expired = Ei toimenpiteitä: kenellekään ei tulostu numeroa yllättäen.
technician-cause-journal = Levy ei ottanut vastaan sitä, mikä on kirjattava ensin
technician-mend-journal = Vapauta levytilaa: katso Levy alempana.
technician-cause-no_report = Laitteesta ei ole kuulunut mitään
technician-mend-no_report = Tässä versiossa ei ehkä ole ajuria sen liitännälle. Kytke se uudelleen ja aja sitten koneella luukku doctor.
technician-cause-no_page = Sen sivu ei ole auki
technician-mend-no_page = Onko näytön tietokone päällä ja verkossa? Käynnistä selain uudelleen. Sivu kirjautuu näytön omalla tunnuksella (luukku tokens).
technician-cause-not_drawing = Sivu on auki, mutta se ei piirry
technician-mend-not_drawing = Tuo sivu esiin tai käynnistä selain uudelleen.
technician-cause-no_media = Kopin oma laiteprosessi ei vastaa
technician-mend-no_media = Se käynnistyy itse uudelleen. Jos ei: luukku doctor.
technician-cause-no_camera = Kamera ei anna kuvaa
technician-mend-no_camera = Tarkista kameran johto ja virta.
technician-cause-camera_dark = Kameran kuva on musta
technician-mend-camera_dark = Tarkista linssin suljin ja valaistus.
technician-cause-camera_still = Kameran kuva ei liiku
technician-mend-camera_still = Irrota kamera hetkeksi ja liitä takaisin.
technician-cause-no_path = Välityspalvelimeen ei ole yhteyttä
technician-mend-no_path = Tarkista palomuuri: TURN, udp ja tcp 3478, tls 443.
technician-cause-poor_path = Yhteys asiantuntijoihin on kiertotie tai heikko
technician-mend-poor_path = Toimii, mutta tarkista palomuuri ja linjan laatu.
technician-cause-no_microphone = Mikrofonia ei ole
technician-mend-no_microphone = Tarkista mikrofonin johto.
technician-cause-microphone_silent = Mikrofonista ei kuulu mitään
technician-mend-microphone_silent = Tarkista mykistys ja johto.
technician-cause-no_speaker = Kaiutinta ei ole
technician-mend-no_speaker = Tarkista kaiuttimen johto.
technician-cause-speaker_unheard = Mikrofoni ei kuule kaiutinta
technician-mend-speaker_unheard = Tarkista kaiuttimen voimakkuus ja johto.
technician-cause-no_central = Yhteyttä asiantuntijoihin ei ole
technician-mend-no_central = Tarkista yhteys keskusjärjestelmään.
technician-cause-timeout = Se ei valmistunut ajoissa
technician-mend-timeout = Katso tulostinta: roikkuuko puolikas lappu? Ota se pois ja yritä uudelleen.
technician-cause-link_lost = Yhteys katkesi kesken
technician-mend-link_lost = Työnnä johto kiinni molemmista päistä ja yritä uudelleen.
technician-cause-interrupted = Se keskeytyi
technician-mend-interrupted = Yritä uudelleen.
technician-cause-other = Syy: { $cause }
technician-mend-other = Tällä sivulla ei ole sille vielä sanoja. Testaa laite; jos testi ei onnistu, kerro syy tukeen.
technician-cause-unsaid = Laite ei ole kertonut tilaansa
technician-mend-unsaid = Odota kymmenen sekuntia. Jos tilanne ei muutu, paina testipainiketta.
technician-test-printer = Tulosta koetuloste
technician-test-screen = Testaa näyttö
technician-test-kiosk = Testaa näyttö
technician-test-other = Testaa
technician-testing = Testataan…
technician-test-of = Testi { $when }
technician-proven-answers = Vastaa liitännästään ja voisi tulostaa nyt. Paperia ei tulostettu.
technician-proven-answers-other = Vastaa liitännästään.
technician-proven-draws = Sivu piirtyi uudelleen.
technician-proven-paper = Testilappu tuli ulos ja todistettiin.
technician-proven-paper-simulated = Testilappu tuli simuloidusta tulostimesta. Oikeaa paperia ei tullut.
technician-test-failed = Testi ei onnistunut: { $cause }
technician-test-heard = { $device }: { $result }
technician-problem-network = Piste ei vastannut. Yritä uudelleen.
technician-problem-forbidden = Tällä kirjautumisella ei saa testata laitteita.
technician-problem-other = Testiä ei voitu tehdä: { $detail }
technician-events = Viimeiset tapahtumat
technician-events-none = Laitteesta ei ole tapahtumia.
technician-event-shown = Näytti kutsun { $ms } ms kuluttua
technician-event-spoken = Kuulutti kutsun { $ms } ms kuluttua
technician-event-paper-confirmed = { $number } paperilla
technician-event-paper-unknown = { $number }: ei tietoa, tuliko paperi
technician-event-paper-failed = { $number } ei tulostunut
technician-event-paper-void = { $number }: tulostus peruttiin
technician-unknown = Kytketty, mutta ei kenenkään
technician-unknown-help = Kopioi rivit pisteen asetustiedostoon, valitse id ja käynnistä palvelu uudelleen.
technician-copy = Kopioi rivit
technician-copied = Kopioitu
technician-copy-select = Merkitty: kopioi Ctrl+C:llä tai pitkällä painalluksella
technician-point = Tämä piste
technician-version = Versio
technician-config = Asetukset
technician-started = Käynnissä
technician-clock = Kello
technician-clock-synced = Oikeassa: asetettu verkosta
technician-clock-holdover = Käy omillaan, vielä luotettava
technician-clock-holdover-do = Tarkista, että laite saa yhteyden aikapalvelimeen (luukku doctor).
technician-clock-unsynced = Ei koskaan asetettu: numeroita ei anneta
technician-clock-unsynced-do = Aseta kello tai kytke verkko; numeroita annetaan heti sen jälkeen.
technician-central = Keskusjärjestelmä
technician-central-none = Tämä piste toimii ilman sitä
technician-central-up = Yhteys on, kaikki tapahtumat perillä
technician-central-behind = { $n ->
    [one] Yhteys on, 1 tapahtuma matkalla
   *[other] Yhteys on, { $n } tapahtumaa matkalla
}
technician-central-down = { $n ->
    [one] Ei yhteyttä: 1 tapahtuma odottaa laitteella
   *[other] Ei yhteyttä: { $n } tapahtumaa odottaa laitteella
}
technician-central-down-short = Ei yhteyttä; tapahtumat odottavat laitteella
technician-central-down-do = Mitään ei katoa; ne lähtevät, kun yhteys palaa. Tarkista laitteen verkko ja asetustiedoston osoite.
technician-central-fork = Keskuksella on toinen historia tälle pisteelle
technician-central-fork-do = Onko tämän laitteen levy kopioitu? Vain yksi kopio saa olla käynnissä. Kysy ensin tuesta.
technician-disk = Levy
technician-disk-free = { $free } Gt vapaana, yhteensä { $total } Gt
technician-disk-free-mb = { $free } Mt vapaana, yhteensä { $total } Gt
technician-disk-low = Tila on loppumassa
technician-disk-low-do = Tee tilaa: sudo journalctl --vacuum-size=200M; sudo apt clean
technician-disk-unknown = Ei tietoa
technician-disk-full = Täynnä: numeroita ei anneta
