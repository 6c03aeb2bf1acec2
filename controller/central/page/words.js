// Every word of the page, in each language; an event's name becomes a phrase that a person understands.
// Northern Sami is not written yet: such a reader gets Finnish.

const EVENTS = {
  "site.opening_changed": ["Aukiolo muuttui", "Öppettiden ändrades", "Opening changed"],
  "visit.created": ["Asiakas saapui", "Kund kom", "Visit began"],
  "visit.ended": ["Käynti päättyi", "Besöket slutade", "Visit ended"],
  "ticket.issued": ["Vuoronumero annettu", "Könummer givet", "Ticket issued"],
  "ticket.print_started": ["Lipun tulostus alkoi", "Utskrift börjar", "Printing started"],
  "ticket.print_result": ["Lipun tulostus", "Utskrift", "Printing"],
  "ticket.voided": ["Lippu mitätöity", "Biljett ogiltig", "Ticket voided"],
  "service.queued": ["Jonoon", "I kö", "Queued"],
  "service.called": ["Kutsuttu", "Kallad", "Called"],
  "service.announced": ["Kutsu esitetty", "Kallelse visad", "Call announced"],
  "service.started": ["Palvelu alkoi", "Betjäning börjar", "Service started"],
  "service.held": ["Palvelu tauolla", "Betjäning pausad", "Service on hold"],
  "service.resumed": ["Palvelu jatkuu", "Betjäning fortsätter", "Service resumed"],
  "service.ended": ["Palvelu päättyi", "Betjäning slut", "Service ended"],
  "counter.opened": ["Palvelutiski avattu", "Disk öppnad", "Counter opened"],
  "counter.closed": ["Palvelutiski suljettu", "Disk stängd", "Counter closed"],
  "advisor.state_changed": ["Neuvojan tila", "Rådgivarens status", "Advisor state"],
  "remote.requested": ["Etäpalvelu pyydetty", "Fjärrservice begärd", "Remote service requested"],
  "remote.state_changed": ["Etäpalvelun tila", "Fjärrservicens status", "Remote service state"],
  "remote.ended": ["Etäpalvelu päättyi", "Fjärrservice slut", "Remote service ended"],
  "identity.checked": ["Henkilöllisyys tarkistettu", "Identitet kontrollerad", "Identity checked"],
  "appointment.changed": ["Ajanvaraus", "Tidsbokning", "Appointment"],
  "room.state_changed": ["Huoneen tila", "Rummets status", "Room state"],
  "feedback.given": ["Palaute annettu", "Respons given", "Feedback given"],
  "queue.reset": ["Jonot nollattu", "Köerna nollställda", "Queues reset"],
  "incident.raised": ["Hälytys", "Larm", "Incident raised"],
  "incident.acknowledged": ["Hälytys kuitattu", "Larm kvitterat", "Incident acknowledged"],
  "incident.cleared": ["Hälytys poistettu", "Larm avslutat", "Incident cleared"],
  "device.state_changed": ["Laitteen tila", "Enhetens status", "Device state"],
  "device.counters": ["Laitteen laskurit", "Enhetens räknare", "Device counters"],
  "point.state_changed": ["Palvelupisteen tila", "Servicepunktens status", "Point state"],
  "command.applied": ["Komento toteutettu", "Kommando utfört", "Command applied"],
  "command.refused": ["Komento hylätty", "Kommando avvisat", "Command refused"],
  "work.recorded": ["Työ kirjattu", "Arbete registrerat", "Work recorded"],
};

const HOW = {
  confirmed: ["vahvistettu", "bekräftad", "confirmed"],
  unknown: ["ei tiedossa", "okänd", "unknown"],
  failed: ["epäonnistui", "misslyckades", "failed"],
  void: ["mitätöity", "ogiltig", "void"],
  served: ["palveltu", "betjänad", "served"],
  no_show: ["ei saapunut", "uteblev", "no-show"],
  transferred: ["siirretty", "överförd", "transferred"],
  cancelled: ["peruttu", "avbokad", "cancelled"],
  open: ["auki", "öppen", "open"],
  closed: ["suljettu", "stängd", "closed"],
  ready: ["valmis", "klar", "ready"],
  starting: ["käynnistyy", "startar", "starting"],
  attached: ["kytketty", "ansluten", "attached"],
  detached: ["irrotettu", "bortkopplad", "detached"],
  degraded: ["vajaa", "nedsatt", "degraded"],
  out_of_service: ["pois käytöstä", "ur bruk", "out of service"],
  available: ["vapaa", "ledig", "available"],
  serving: ["palvelee", "betjänar", "serving"],
  wrap_up: ["jälkityö", "efterarbete", "wrap-up"],
  other_work: ["muu työ", "annat arbete", "other work"],
  break: ["tauko", "paus", "break"],
  tv: ["näyttö", "skärm", "screen"],
  voice: ["puhe", "tal", "voice"],
  paper: ["paperi", "papper", "paper"],
  screen: ["näyttö", "skärm", "screen"],
};

// The kind of place an event names, where its id alone would say too little.
const PLACE = {
  counter: ["tiski", "disk", "counter"],
  booth: ["etäkoppi", "fjärrbås", "booth"],
  room: ["huone", "rum", "room"],
};

const PAGE = {
  title: ["Keskusjärjestelmä", "Centralsystem", "Central system"],
  live: ["Reaaliaikainen", "Direkt", "Live"],
  connecting: ["Yhdistetään…", "Ansluter…", "Connecting…"],
  lost: ["Ei yhteyttä · tilanne klo", "Ingen kontakt · läget kl.", "Not live · as of"],
  lostNever: ["Ei yhteyttä", "Ingen kontakt", "Not live"],
  locked: ["Kirjaudu", "Logga in", "Sign in"],
  storage: ["Levy ei vastaa", "Disken svarar inte", "Disk does not answer"],
  points: ["Palvelupisteet", "Servicepunkter", "Service points"],
  noPoints: ["Yksikään piste ei ole vielä lähettänyt.", "Ingen punkt har sänt ännu.", "No point has sent anything yet."],
  events: ["Tapahtumat", "Händelser", "Events"],
  noEvents: ["Ei tapahtumia vielä.", "Inga händelser ännu.", "No events yet."],
  seq: ["Järjestysnro", "Löpnummer", "Sequence"],
  lag: ["Viive", "Fördröjning", "Lag"],
  gaps: ["Puuttuu", "Saknas", "Gaps"],
  quarantined: ["Karanteeni", "Karantän", "Quarantine"],
  fork: [
    "Kaksi eri historiaa: onko levy kloonattu? Mitään ei korvattu.",
    "Två olika historier: klonad disk? Inget skrevs över.",
    "Two different histories: a cloned disk? Nothing was overwritten.",
  ],
  strange: ["Tuntematon tapahtuma", "Okänd händelse", "Unknown event"],
  token: ["Keskusjärjestelmän tunnus", "Centralsystemets nyckel", "Token of the central system"],
  open: ["Avaa", "Öppna", "Open"],
};

const LOCALE = ["fi-FI", "sv-FI", "en-GB"];
const COLUMN = { fi: 0, sv: 1, en: 2, se: 0 };

/** The language to use: `?lang=`, else the browser's, else Finnish. */
export function language() {
  const asked = new URLSearchParams(location.search).get("lang");
  const wishes = [asked, ...navigator.languages.map((one) => one.split("-")[0])];
  return wishes.find((one) => one in COLUMN) ?? "fi";
}

/** The words of one language: `page(name)`, `event(type)`, `how(value)`, `place(kind, id)`. */
export function words(lang) {
  const column = COLUMN[lang];
  return {
    lang: lang === "se" ? "fi" : lang,
    locale: LOCALE[column],
    page: (name) => PAGE[name][column],
    event: (type) => (Object.hasOwn(EVENTS, type) ? EVENTS[type][column] : type || PAGE.strange[column]),
    place: (kind, id) => (Object.hasOwn(PLACE, kind) ? `${PLACE[kind][column]} ${id}` : id),
    how: (value) => (Object.hasOwn(HOW, value) ? HOW[value][column] : ""),
  };
}
