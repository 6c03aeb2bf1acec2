# The technician's page in Northern Sami: drafts, to be reviewed by a native speaker before use at a point.
technician-title = Rusttegat
technician-language = Giella
technician-contrast = Nana kontrásta
technician-wait = Jearahit báikkis, mo rusttegat leat…
technician-stale = Oktavuohta bálvalanbáikái lea boatkanan
technician-stale-help = Vuolábealde dieđut ledje rievttes dii. { $local } ja sáhttet leat rievdan. Siidu oktiibidjá ieš ođđasit. Jus ii: leago rusttet alde, ja leatgo dan fierpmádagas?
technician-summary-good = Buot doaibmá.
technician-summary-bad = Divo dál:
technician-summary-warn = Divo fargga:
technician-summary-unknown = Ii dieđu, doibmetgo dát:
technician-summary-simulated = Simulerejuvvon, ii duohta rusttet: { $names }
technician-kind-printer = Lihppočálihan
technician-kind-panel = Boallu dahje boallobeavdi
technician-kind-scanner = Lohkki
technician-kind-screen = Info-TV
technician-kind-kiosk = Kioska
technician-kind-booth = Gáiddusbálvalanlatnja
technician-kind-other = Rusttet
technician-simulated = SIMULEREJUVVON
technician-state-ready = Doaibmá
technician-state-degraded = Doaibmá, gáibida fuomášumi
technician-state-attached = Laktojuvvon, ii vel gárvvis
technician-state-out_of_service = Ii doaimma
technician-state-detached = Ii oktavuohta
technician-state-unknown = Ii dieđu
technician-for-new = vuollel minuhta
technician-for-min = juo { $min } min
technician-for-hours = juo { $h } t { $min } min
technician-for-days = { $d ->
    [one] juo 1 beaivvi
   *[other] juo { $d } beaivvi
}
technician-ago-new = justa dál
technician-ago-min = { $min } min dassá
technician-ago-hours = { $h } t dassá
technician-ago-days = { $d ->
    [one] 1 beaivvi dassá
   *[other] { $d } beaivvi dassá
}
technician-do = Daga ná
technician-proof = Duođaštus báhpáris
technician-tier-T1 = Duođašta juohke lihpu
technician-tier-T2 = Rehkenastá čuohppamiid: čuohppi duođašta lihpu
technician-tier-T3 = Muitala ožžon lihpu, ii dan, bođiigo olggos
technician-tier-T4 = Muitala dušše, leago báber
technician-tier-T5 = Ii sáhte muitalit, bođiigo lihppu olggos
technician-tier-none = Álggaheami maŋŋá ii leat vel duođaštuvvon mihkkege
technician-roll = Báber vel
technician-roll-left = sullii { $n } lihpu
technician-roll-none = ii oktage
technician-roll-unknown = ii dihtosis ovdal go rulla molsojuvvo
technician-roll-new = Ođđa rulla lea biddjon
technician-roll-noted = ođđa rulla lea merkejuvvon
technician-link = Laktin
technician-cause-paper_out = Báber lea nohkan
technician-mend-paper_out = Raba gokčasa ja bija ođđa rulla nu, ahte báber boahtá vuollelis. Geasse báhpára olggos giehtagaskka mađe ja gidde gokčasa dassážii go snoallá.
technician-cause-near_end = Báber nohká fargga
technician-mend-near_end = Buvtte ođđa rulla čálihana báldii. Molsso, go kioskkas lea jaska.
technician-cause-another_printer = Čálána sajis lea eará go ovdal
technician-mend-another_printer = Jos molsot čálána, čálit geahččalansiiddu: dan rájes dat dovdojuvvo. Jos it, guokte čálána leat molson saji: sirdde kábeliid ruovttoluotta.
technician-cause-blind = Čálán ii sáhte muitalit, bođiigo lihppu olggos
technician-mend-blind = Nu lea heivehusain (blind). Molsso čálánii mii vástida, jos sáhtát; muđuid geahča báhpára ieš juohke iđida.
technician-cause-cover = Gokčas lea rabas
technician-mend-cover = Gidde gokčasa nu, ahte snoallá goappašiid beliin. Jus ii veahket, geahča, leago ravdda vuolde báber.
technician-cause-cutter = Čuohppi lea dárvánan
technician-mend-cutter = Jáddat čálihana. Raba gokčasa, váldde luovos báhpára eret ja jorgal terá ruovttoluotta juvllain. Gidde ja cahkket.
technician-cause-jam = Báber lea dárvánan
technician-mend-jam = Raba gokčasa, váldde ruhpon báhpára eret, njulge rulla ja gidde gokčasa.
technician-cause-offline = Čálihan lea bottus
technician-mend-offline = Deaddil oktii biebmanboalu. Jus boddu bistá, jáddat, vuordde logi sekundda ja cahkket.
technician-cause-error = Čálihan almmuha vigi
technician-mend-error = Jáddat, vuordde logi sekundda ja cahkket. Jus vihki máhccá, čálihan dárbbaša divvuma: molsso dan.
technician-cause-no_answer = Laktojuvvon, muhto ii vástit
technician-mend-no_answer = { $link ->
    [serial] Leago dat alde? Buohtastahte heivehusfiilla leavttu čálihana iežas čállosiin (doalat biebmanboalu vuolde go cahkkehat).
   *[other] Leago dat alde, iige leat darvánan iežas fállui? Jáddat, vuordde logi sekundda ja cahkket.
}
technician-cause-silent = Čálihan ii vástit
technician-mend-silent = Jáddat, vuordde logi sekundda ja cahkket.
technician-cause-no_link = Rusttegii ii leat oktavuohta
technician-mend-no_link = { $link ->
    [tcp] Leago dat alde? Leago fierbmejohtas gitta ja čuovgágo laktimis? Leago heivehusfiilla čujuhus čálihana iežas?
    [sim] Simulerejuvvon rusttegat eai leat jođus. Álggat daid dahje vuoje luukku demo ođđasit.
   *[other] Leago dat alde? Hoiga johtasa gitta goappašiid geažis. Geahččal dasto eará laktima.
}
technician-cause-busy_elsewhere = Laktojuvvon, muhto ii daja maidege: várra eará dihtor doallá dan
technician-mend-busy_elsewhere = Čálihago dohko eará dihtor: kássa, čálihanbálvá dahje boares rusttet? Luovvat dan čálihanis. Jus ii, jáddat čálihana, vuordde logi sekundda ja cahkket.
technician-cause-stuck = Boallu lea dárvánan
technician-mend-stuck = Deaddil dan moadde geardde ja buhtis ravdda. Jus dat bissu vuolde, luovvat dan: báiki doaibmá dan haga nai.
technician-cause-absent = Dat ii leat laktojuvvon
technician-mend-absent = Lavtte dan rusttegii. Jus dat juo lea laktojuvvon, geahča vuolábealde, gávdnuigo dat eará namain.
technician-cause-no_access = Rusttet ii oaččo rahpat dan
technician-mend-no_access = Vuoje rusttegis sudo luukku doctor; dat muitala váilevaš njuolggadusa.
technician-cause-ambiguous = Guovtti rusttegis lea seamma ráidonummir
technician-mend-ambiguous = Luovvat nuppi, dahje bija heivehusaide portta: luukku suggest čállá dan.
technician-cause-taken = Laktojuvvon rusttet gullá juo eará sadjái heivehusain
technician-mend-taken = Vuoje rusttegis luukku check FIILA --devices: dat namuha goappašagaid. Rievdat nuppi laktima.
technician-cause-no_udev = Rusttet ii sáhte muitalit, mii lea laktojuvvon
technician-mend-no_udev = Vuoje rusttegis sudo luukku doctor; dat muitala váilevaš bálvalusa.
technician-cause-babbling = Dat sádde dieđuid heaitkeahttá
technician-mend-babbling = Jáddat dan ja cahkket ođđasit. Jus dat joatkašuvvá, luovvat dan: su čujuhusas sáhttá leat eará rusttet.
technician-cause-recovering = Čálihan gurrejuvvo boasttuvuođa maŋŋel
technician-mend-recovering = Ii dárbbaš dahkat maidege: ádjána moadde sekundda. Jus ii noga, raba ja gidde loki.
technician-cause-gave_up = Duođaštus ii boahtán minuhta siste
technician-mend-gave_up = Nummir čájehuvvui šearpmas. Geahča čálihana: báber, lohkki, kábel.
technician-cause-over = Galledeapmi nogai ovdal go báber bođii
technician-mend-over = Ii dárbbaš dahkat maidege.
technician-cause-expired = Báber lei menddo boaris čálihuvvot
technician-mend-expired = Ii dárbbaš dahkat maidege: giige ii oaččo nummira fáhkka.
technician-cause-journal = Skearru ii váldán dan, mii galgá vuos čállojuvvot
technician-mend-journal = Daga saji skerrui: geahča Skearru vuolábealde.
technician-cause-no_report = Das ii leat gullon mihkkege
technician-mend-no_report = Dán veršuvnnas ii várra leat stivrran dan laktimii. Lavtte dan ođđasit ja vuoje dasto rusttegis luukku doctor.
technician-cause-no_page = Dan siidu ii leat rabas
technician-mend-no_page = Leago šearpma dihtor alde ja fierpmádagas? Álggat fierbmelohkki ođđasit. Siidu čálihuvvo sisa šearpma iežas kodain (luukku tokens).
technician-cause-not_drawing = Siidu lea rabas, muhto ii sárggo
technician-mend-not_drawing = Buvtte siiddu ovdan dahje álggat fierbmelohkki ođđasit.
technician-cause-no_media = Kioskka iežas proseassa ii vástit
technician-mend-no_media = Dat álgá ođđasit ieš. Jus ii: luukku doctor.
technician-cause-no_camera = Kamera ii atte gova
technician-mend-no_camera = Dárkkis kamera johtasa ja elfámu.
technician-cause-camera_dark = Kamera govva lea čáhppat
technician-mend-camera_dark = Dárkkis linssa gokčasa ja čuovgga.
technician-cause-camera_still = Kamera govva ii lihkas
technician-mend-camera_still = Váldde kamera johtasa eret oanehassii.
technician-cause-no_path = Ii leat geaidnu gaskkustanserverii
technician-mend-no_path = Dárkkis buollinmuvrra: TURN, udp ja tcp 3478, tls 443.
technician-cause-poor_path = Geaidnu áššedovdiide lea biehkku dahje heittot
technician-mend-poor_path = Dat doaibmá; dárkkis buollinmuvrra ja linnjá.
technician-cause-no_microphone = Ii leat mikrofovdna
technician-mend-no_microphone = Dárkkis mikrofovnna johtasa.
technician-cause-microphone_silent = Mikrofovnnas ii gullo mihkkege
technician-mend-microphone_silent = Dárkkis jaska-boalu ja johtasa.
technician-cause-no_speaker = Ii leat jietnačoavjji
technician-mend-no_speaker = Dárkkis jietnačoavjji johtasa.
technician-cause-speaker_unheard = Mikrofovdna ii gula jietnačoavjji
technician-mend-speaker_unheard = Dárkkis jietnačoavjji jitnodaga ja johtasa.
technician-cause-no_central = Ii leat oktavuohta áššedovdiide
technician-mend-no_central = Dárkkis oktavuođa guovddášvuogádahkii.
technician-cause-timeout = Dat ii gárván áigáibottus
technician-mend-timeout = Geahča čálihana: heaŋgágo beallelihppu? Váldde dan eret ja geahččal ođđasit.
technician-cause-link_lost = Oktavuohta botkanii gaskan
technician-mend-link_lost = Hoiga johtasa gitta goappašiid geažis ja geahččal ođđasit.
technician-cause-interrupted = Dat gaskkalduvai
technician-mend-interrupted = Geahččal ođđasit.
technician-cause-other = Sivva: { $cause }
technician-mend-other = Dán siiddus eai leat vel sánit dasa. Geahččal rusttega; jus ii lihkostuva, muital siva doarjagii.
technician-cause-unsaid = Rusttet ii leat muitalan dilis
technician-mend-unsaid = Vuordde logi sekundda. Jus dilli ii rievdda, deaddil geahččalanboalu.
technician-test-printer = Čálit geahččalanbáhpira
technician-test-screen = Geahččal šearpma
technician-test-kiosk = Geahččal šearpma
technician-test-other = Geahččal
technician-testing = Geahččaleamen…
technician-test-of = Geahččaleapmi { $when }
technician-proven-answers = Vástida laktimistis ja sáhtášii dál čálihit. Báber ii čálihuvvon.
technician-proven-answers-other = Vástida laktimistis.
technician-proven-draws = Siidu sárggui ođđasit.
technician-proven-paper = Geahččalanlihppu bođii olggos ja duođaštuvvui.
technician-proven-paper-simulated = Geahččalanlihppu bođii simulerejuvvon čálihanis. Duohta báber ii boahtán.
technician-test-failed = Geahččaleapmi ii lihkostuvvan: { $cause }
technician-test-heard = { $device }: { $result }
technician-problem-network = Báiki ii vástidan. Geahččal ođđasit.
technician-problem-forbidden = Dáinna sisačálihemiin ii oaččo geahččalit rusttegiid.
technician-problem-other = Geahččaleami ii sáhttán dahkat: { $detail }
technician-events = Maŋimuš dáhpáhusat
technician-events-none = Rusttegis eai leat dovddus dáhpáhusat.
technician-event-shown = Čájehii gohččuma { $ms } ms geahčen
technician-event-spoken = Gulahii gohččuma { $ms } ms geahčen
technician-event-paper-confirmed = { $number } báhpáris
technician-event-paper-unknown = { $number }: ii dieđu, bođiigo báber
technician-event-paper-failed = { $number } ii čálihuvvon
technician-event-paper-void = { $number }: čáliheapmi gaskkalduhttui
technician-unknown = Laktojuvvon, muhto ii oktage oamas
technician-unknown-help = Máŋge linnjáid báikki heivehusfiilii, vállje id ja álggat bálvalusa ođđasit.
technician-copy = Máŋge linnjáid
technician-copied = Máŋgejuvvon
technician-copy-select = Merkejuvvon: máŋge Ctrl+C:in dahje guhkes deaddimiin
technician-point = Dát báiki
technician-version = Veršuvdna
technician-config = Heivehusat
technician-started = Jođus
technician-clock = Diibmu
technician-clock-synced = Riekta: biddjon fierpmádagas
technician-clock-holdover = Manná iehčanas, vel luohtehahtti
technician-clock-holdover-do = Dárkkis, ahte rusttet oažžu oktavuođa áigebálvái (luukku doctor).
technician-clock-unsynced = Ii goassege biddjon: nummirat eai addojuvvo
technician-clock-unsynced-do = Bija diimmu dahje lavtte fierpmádaga; nummirat addojuvvojit dakkaviđe dan maŋŋá.
technician-central = Guovddášvuogádat
technician-central-none = Dát báiki doaibmá dan haga
technician-central-up = Oktavuohta lea, buot dáhpáhusat leat ollen
technician-central-behind = { $n ->
    [one] Oktavuohta lea, 1 dáhpáhus mátkkis
   *[other] Oktavuohta lea, { $n } dáhpáhusa mátkkis
}
technician-central-down = { $n ->
    [one] Ii oktavuohta: 1 dáhpáhus vuordá rusttegis
   *[other] Ii oktavuohta: { $n } dáhpáhusa vurdet rusttegis
}
technician-central-down-short = Ii oktavuohta; dáhpáhusat vurdet rusttegis
technician-central-down-do = Ii mihkkege láhppo; dat vulget, go oktavuohta máhccá. Dárkkis rusttega fierpmádaga ja heivehusfiilla čujuhusa.
technician-central-fork = Guovddážis lea eará historjá dán báikái
technician-central-fork-do = Leago dán rusttega skearru máŋgejuvvon? Dušše okta máŋggus oažžu leat jođus. Jeara vuos doarjagis.
technician-disk = Skearru
technician-disk-free = { $free } GB friddja, oktiibuot { $total } GB
technician-disk-free-mb = { $free } MB friddja, oktiibuot { $total } GB
technician-disk-low = Sadji lea nohkamin
technician-disk-low-do = Daga saji: sudo journalctl --vacuum-size=200M; sudo apt clean
technician-disk-unknown = Ii dieđu
technician-disk-full = Dievva: nummirat eai addojuvvo
