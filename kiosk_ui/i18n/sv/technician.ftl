# Teknikerns sida på svenska: vad är fel, sedan när, vad ska göras.
technician-title = Enheter
technician-language = Språk
technician-contrast = Stark kontrast
technician-wait = Frågar platsen hur enheterna mår…
technician-stale = Förbindelsen till platsen är bruten
technician-stale-help = Det som står nedan var sant klockan { $local } och kan ha ändrats. Sidan kopplar upp igen av sig själv. Om inte: är boxen på, och är du i dess nät?
technician-summary-good = Allt fungerar.
technician-summary-bad = Åtgärda nu:
technician-summary-warn = Åtgärda snart:
technician-summary-unknown = Okänt om dessa fungerar:
technician-summary-simulated = Simulerad, ingen riktig enhet: { $names }
technician-kind-printer = Biljettskrivare
technician-kind-panel = Knapp eller knappsats
technician-kind-scanner = Läsare
technician-kind-screen = Info-TV
technician-kind-kiosk = Kiosk
technician-kind-booth = Rum för fjärrservice
technician-kind-other = Enhet
technician-simulated = SIMULERAD
technician-state-ready = Fungerar
technician-state-degraded = Fungerar, kräver åtgärd
technician-state-attached = Ansluten, inte klar än
technician-state-out_of_service = Fungerar inte
technician-state-detached = Ingen förbindelse
technician-state-unknown = Okänt
technician-for-new = sedan mindre än en minut
technician-for-min = sedan { $min } min
technician-for-hours = sedan { $h } h { $min } min
technician-for-days = { $d ->
    [one] sedan 1 dag
   *[other] sedan { $d } dagar
}
technician-ago-new = just nu
technician-ago-min = för { $min } min sedan
technician-ago-hours = för { $h } h sedan
technician-ago-days = { $d ->
    [one] för 1 dag sedan
   *[other] för { $d } dagar sedan
}
technician-do = Gör så här
technician-proof = Bevis på papper
technician-tier-T1 = Bevisar varje lapp
technician-tier-T2 = Räknar snitt: skäraren bevisar lappen
technician-tier-T3 = Säger att den tog emot lappen, inte att den kom ut
technician-tier-T4 = Säger bara om det finns papper
technician-tier-T5 = Kan inte säga om lappen kom ut
technician-tier-none = Inget bevisat ännu sedan starten
technician-roll = Papper kvar
technician-roll-left = ungefär { $n } lappar
technician-roll-none = inget
technician-roll-unknown = inte känt förrän rullen byts
technician-roll-new = Ny rulle insatt
technician-roll-noted = den nya rullen är noterad
technician-link = Anslutning
technician-cause-paper_out = Papperet är slut
technician-mend-paper_out = Öppna luckan och lägg i en ny rulle så att papperet kommer underifrån. Dra ut en handsbredd och stäng luckan tills det klickar.
technician-cause-near_end = Papperet tar snart slut
technician-mend-near_end = Lägg en ny rulle bredvid skrivaren. Byt när det är lugnt vid kiosken.
technician-cause-another_printer = Här sitter en annan skrivare än förut
technician-mend-another_printer = Om du bytte skrivare, skriv ut en provsida: sedan är den känd. Om inte har två skrivare bytt plats: flytta tillbaka kablarna.
technician-cause-blind = Skrivaren kan inte säga om lappen kom ut
technician-mend-blind = Så står det i inställningarna (blind). Byt till en skrivare som svarar, om du kan; annars titta själv på papperet varje morgon.
technician-cause-cover = Luckan är öppen
technician-mend-cover = Stäng luckan tills det klickar på båda sidor. Om felet är kvar, se efter om det finns papper under kanten.
technician-cause-cutter = Skäraren har fastnat
technician-mend-cutter = Stäng av skrivaren. Öppna luckan, ta bort löst papper och vrid tillbaka bladet med hjulet. Stäng och slå på.
technician-cause-jam = Papperet har fastnat
technician-mend-jam = Öppna luckan, ta bort det skrynkliga papperet, lägg rullen rakt och stäng luckan.
technician-cause-offline = Skrivaren är pausad
technician-mend-offline = Tryck en gång på matningsknappen. Om pausen är kvar, stäng av, vänta tio sekunder och slå på.
technician-cause-error = Skrivaren anmäler ett fel
technician-mend-error = Stäng av, vänta tio sekunder och slå på. Om felet återkommer behöver skrivaren service: byt den.
technician-cause-no_answer = Ansluten, men svarar inte
technician-mend-no_answer = { $link ->
    [serial] Är den på? Jämför hastigheten i konfigurationen med skrivarens egen utskrift (håll matningsknappen nere när du slår på).
   *[other] Är den på, och inte kvar i sin egen meny? Stäng av, vänta tio sekunder och slå på.
}
technician-cause-silent = Skrivaren svarar inte
technician-mend-silent = Stäng av, vänta tio sekunder och slå på.
technician-cause-no_link = Det finns ingen förbindelse till den
technician-mend-no_link = { $link ->
    [tcp] Är den på? Sitter nätkabeln i, och lyser det vid kontakten? Är adressen i konfigurationen skrivarens egen?
    [sim] Den simulerade maskinvaran är inte i gång. Starta den, eller kör luukku demo igen.
   *[other] Är den på? Tryck in kabeln i båda ändar. Pröva sedan en annan port på boxen.
}
technician-cause-busy_elsewhere = Ansluten, men säger inget: kanske håller en annan dator den
technician-mend-busy_elsewhere = Skriver en annan dator ut där: en kassa, en utskriftsserver eller en gammal box? Koppla bort den. Om inte, stäng av skrivaren, vänta tio sekunder och slå på.
technician-cause-stuck = En knapp har fastnat
technician-mend-stuck = Tryck på den några gånger och rengör kanten. Om den stannar nere, koppla bort den: platsen fungerar utan.
technician-cause-absent = Den är inte ansluten
technician-mend-absent = Anslut den till boxen. Om den är ansluten, se nedan om den hittades under ett annat namn.
technician-cause-no_access = Boxen får inte öppna den
technician-mend-no_access = Kör sudo luukku doctor på boxen; den nämner regeln som saknas.
technician-cause-ambiguous = Två enheter har samma serienummer
technician-mend-ambiguous = Koppla bort den ena, eller ange porten i inställningarna: luukku suggest skriver ut den.
technician-cause-taken = Enheten som är ansluten där hör redan till en annan post i inställningarna
technician-mend-taken = Kör luukku check FIL --devices på boxen: den nämner båda. Ändra anslutningen för den ena.
technician-cause-no_udev = Boxen kan inte se vad som är anslutet
technician-mend-no_udev = Kör sudo luukku doctor på boxen; den nämner tjänsten som saknas.
technician-cause-babbling = Den sänder utan uppehåll
technician-mend-babbling = Slå av och på den. Om det fortsätter, koppla bort den: något annat kan finnas på dess adress.
technician-cause-recovering = Den töms efter en lapp som gick fel
technician-mend-recovering = Inget att göra: det tar några sekunder. Om det inte går över, öppna och stäng luckan.
technician-cause-gave_up = Ingen bekräftelse kom inom en minut
technician-mend-gave_up = Numret visades på skärmen i stället. Se på skrivaren: papper, lucka, kabel.
technician-cause-over = Besöket var över innan lappen kom
technician-mend-over = Inget att göra här.
technician-cause-expired = Lappen var för gammal för att skrivas ut
technician-mend-expired = Inget att göra här: ingen får ett nummer oväntat.
technician-cause-journal = Disken tog inte emot det som först måste skrivas ner
technician-mend-journal = Frigör utrymme på disken: se Disk nedan.
technician-cause-no_report = Inget har hörts av den
technician-mend-no_report = Den här versionen har kanske ingen drivrutin för anslutningen. Anslut den på nytt och kör sedan luukku doctor på boxen.
technician-cause-no_page = Dess sida är inte öppen
technician-mend-no_page = Är skärmens dator på och i nätet? Starta om webbläsaren. Den loggar in med skärmens egen kod (luukku tokens).
technician-cause-not_drawing = Sidan är öppen, men den ritas inte
technician-mend-not_drawing = Ta fram sidan, eller starta om webbläsaren.
technician-cause-no_media = Båsets egen process svarar inte
technician-mend-no_media = Den startar om av sig själv. Om inte: luukku doctor.
technician-cause-no_camera = Kameran ger ingen bild
technician-mend-no_camera = Kontrollera kamerans kabel och ström.
technician-cause-camera_dark = Kamerans bild är svart
technician-mend-camera_dark = Kontrollera linsskyddet och ljuset.
technician-cause-camera_still = Kamerans bild rör sig inte
technician-mend-camera_still = Dra ur kameran en stund och sätt i den igen.
technician-cause-no_path = Ingen väg till förmedlingsservern
technician-mend-no_path = Kontrollera brandväggen: TURN, udp och tcp 3478, tls 443.
technician-cause-poor_path = Vägen till experterna är en omväg eller dålig
technician-mend-poor_path = Det fungerar, men kontrollera brandvägg och linje.
technician-cause-no_microphone = Ingen mikrofon
technician-mend-no_microphone = Kontrollera mikrofonens kabel.
technician-cause-microphone_silent = Mikrofonen ger inget ljud
technician-mend-microphone_silent = Kontrollera ljud av-knappen och kabeln.
technician-cause-no_speaker = Ingen högtalare
technician-mend-no_speaker = Kontrollera högtalarens kabel.
technician-cause-speaker_unheard = Mikrofonen hör inte högtalaren
technician-mend-speaker_unheard = Kontrollera högtalarens volym och kabel.
technician-cause-no_central = Ingen förbindelse till experterna
technician-mend-no_central = Kontrollera förbindelsen till centralen.
technician-cause-timeout = Den blev inte klar i tid
technician-mend-timeout = Se på skrivaren: hänger en halv lapp ut? Ta bort den och försök igen.
technician-cause-link_lost = Förbindelsen bröts på vägen
technician-mend-link_lost = Tryck in kabeln i båda ändar och försök igen.
technician-cause-interrupted = Den avbröts
technician-mend-interrupted = Försök igen.
technician-cause-other = Orsak: { $cause }
technician-mend-other = Sidan har inga ord för det ännu. Testa enheten; om det misslyckas, ge orsaken till supporten.
technician-cause-unsaid = Den har inte sagt hur den mår
technician-mend-unsaid = Vänta tio sekunder. Om det inte ändras, tryck på testknappen.
technician-test-printer = Skriv ut ett testpapper
technician-test-screen = Testa skärmen
technician-test-kiosk = Testa skärmen
technician-test-other = Testa
technician-testing = Testar…
technician-test-of = Test { $when }
technician-proven-answers = Svarar på sin anslutning och kunde skriva ut nu. Inget papper skrevs ut.
technician-proven-answers-other = Svarar på sin anslutning.
technician-proven-draws = Sidan ritades om.
technician-proven-paper = En testlapp kom ut och bevisades.
technician-proven-paper-simulated = En testlapp kom ut ur den simulerade skrivaren. Inget riktigt papper.
technician-test-failed = Testet misslyckades: { $cause }
technician-test-heard = { $device }: { $result }
technician-problem-network = Platsen svarade inte. Försök igen.
technician-problem-forbidden = Med den här inloggningen får du inte testa enheter.
technician-problem-other = Testet kunde inte göras: { $detail }
technician-events = Senaste händelser
technician-events-none = Inga händelser är kända för enheten.
technician-event-shown = Visade ett anrop efter { $ms } ms
technician-event-spoken = Läste upp ett anrop efter { $ms } ms
technician-event-paper-confirmed = { $number } på papper
technician-event-paper-unknown = { $number }: okänt om papperet kom
technician-event-paper-failed = { $number } skrevs inte ut
technician-event-paper-void = { $number }: utskriften ströks
technician-unknown = Ansluten, men ingens
technician-unknown-help = Kopiera raderna till platsens konfiguration, välj ett id och starta om tjänsten.
technician-copy = Kopiera raderna
technician-copied = Kopierat
technician-copy-select = Markerat: kopiera med Ctrl+C eller ett långt tryck
technician-point = Den här platsen
technician-version = Version
technician-config = Konfiguration
technician-started = I gång
technician-clock = Klocka
technician-clock-synced = Rätt: ställd från nätet
technician-clock-holdover = Går på egen hand, ännu pålitlig
technician-clock-holdover-do = Kontrollera att boxen når en tidsserver (luukku doctor).
technician-clock-unsynced = Aldrig ställd: inga nummer ges
technician-clock-unsynced-do = Ställ klockan eller anslut nätet; därefter ges nummer genast.
technician-central = Centralsystem
technician-central-none = Den här platsen fungerar utan
technician-central-up = Ansluten, har varje händelse
technician-central-behind = { $n ->
    [one] Ansluten, 1 händelse på väg
   *[other] Ansluten, { $n } händelser på väg
}
technician-central-down = { $n ->
    [one] Ingen förbindelse: 1 händelse väntar på boxen
   *[other] Ingen förbindelse: { $n } händelser väntar på boxen
}
technician-central-down-short = Ingen förbindelse; händelser väntar på boxen
technician-central-down-do = Inget går förlorat; de sänds när förbindelsen är tillbaka. Kontrollera boxens nät och adressen i konfigurationen.
technician-central-fork = Centralen har en annan historia för den här platsen
technician-central-fork-do = Har boxens disk kopierats? Bara en kopia får vara i gång. Fråga supporten först.
technician-disk = Disk
technician-disk-free = { $free } GB ledigt av { $total } GB
technician-disk-free-mb = { $free } MB ledigt av { $total } GB
technician-disk-low = Utrymmet håller på att ta slut
technician-disk-low-do = Gör plats: sudo journalctl --vacuum-size=200M; sudo apt clean
technician-disk-unknown = Okänt
technician-disk-full = Full: inga nummer ges
