// The kiosk page: ties the link, the customer's session and the drawing together.
import { render } from "/ui/vendor/lit/lit-html.js";
import { connect } from "/ui/shared/link.js";
import { newKey, post, Problem } from "/ui/shared/api.js";
import { tellBelow } from "/ui/shared/below.js";
import { fitWords } from "/ui/shared/fit.js";
import { loadMessages } from "/ui/shared/i18n.js";
import { lockGestures, ownId } from "/ui/shared/page.js";
import { signInFromAddress } from "/ui/shared/sign-in.js";
import { Aloud } from "/ui/kiosk/aloud.js";
import { kioskView } from "/ui/kiosk/view.js";
import { LONGEST_CODE } from "/ui/kiosk/code.js";
import { listenToKeys } from "/ui/kiosk/keys.js";
import { pressKey } from "/ui/kiosk/keypad.js";
import { paperTruth } from "/ui/kiosk/paper.js";
import { lookUp, takeScan } from "/ui/kiosk/scan.js";
import { byNow, fresh, goHome, goTo, nextText, pristine, tooSoon } from "/ui/kiosk/session.js";

const LANGUAGES = ["fi", "sv", "en", "se"];
const TICK_MS = 200; // fine enough for the 1.8 s of paper patience
const ASK_AGAIN_MS = 2000;
const NOTICE_MS = 8000; // one sentence, read slowly; it takes nothing away

const kiosk = ownId();
const page = { state: null, live: undefined, refused: false, local: "" };
let session = fresh("fi", now());
let aloud = null;

function now() {
  return performance.now();
}

const house = () => page.state?.house ?? "fi";

/** The ticket as the daemon knows it now, over what the request answered. */
function ticketNow() {
  return session.ticket && { ...session.ticket, ...page.state?.tickets?.[session.ticket.id] };
}

function paperNow() {
  const ticket = ticketNow();
  if (session.scanned) return null; // it is in their hand
  return ticket && paperTruth(ticket, now() - session.shownAt, page.state.printer !== null);
}

function draw() {
  const { documentElement: root } = document;
  root.lang = session.language;
  root.dataset.text = session.text;
  root.toggleAttribute("data-low", session.low);
  if (session.contrast) root.dataset.contrast = "high";
  else delete root.dataset.contrast;
  render(kioskView({ ...page, session, ticket: ticketNow(), paper: paperNow(), now: now(), act }), document.body);
  fitWords(document.querySelectorAll("main .name, main .hint, .choices .button, .words-key"));
  tellBelow();
  showDialog();
  aloud?.drawn();
}

function showDialog() {
  const dialog = document.querySelector("dialog.still");
  if (!dialog || session.asking === dialog.open) return;
  if (!session.asking) return dialog.close();
  dialog.showModal();
  aloud?.asked(dialog);
}

/** Where a new screen starts, for eyes, screen readers and arrow keys alike. */
function drawStep() {
  draw();
  scrollTo(0, 0);
  document.querySelector("main h1")?.focus({ preventScroll: true });
  aloud?.step();
}

/** A press: ignored while another is on its way or when it belongs to the screen before. */
const act = (press, quick = false) => (event) => {
  const byFinger = event.detail > 0;
  if (!quick && (session.pending || (byFinger && tooSoon(session, now())))) return;
  press(actions);
};

const actions = {
  home() {
    goHome(session, now());
    drawStep();
  },
  open(provider) {
    goTo(session, "services", now(), { provider });
    drawStep();
  },
  take(service) {
    send("/tickets", { service, language: session.language, kiosk });
  },
  enterCode() {
    goTo(session, "code", now(), { code: "" });
    drawStep();
  },
  typeCode(letter) {
    if (session.code.length < LONGEST_CODE) session.code += letter;
    session.codeError = false;
    draw();
  },
  eraseCode() {
    session.code = session.code.slice(0, -1);
    session.codeError = false;
    draw();
  },
  sendCode() {
    if (!session.code || session.pending) return;
    send(`/appointments/${encodeURIComponent(session.code)}/check-in`, { language: session.language });
  },
  checkIn(code) {
    if (session.pending) return;
    goTo(session, "code", now(), { code: "", ticket: null, scanned: false });
    drawStep();
    send(`/appointments/${encodeURIComponent(code)}/check-in`, { language: session.language });
  },
  async showScanned(id) {
    if (session.pending) return;
    const mine = session;
    mine.touchedAt = now();
    const { ticket, words } = await lookUp(id);
    if (mine !== session || mine.pending) return;
    if (words) return actions.notice(words);
    goTo(session, "ticket", now(), { ticket, scanned: true, problem: null, shownAt: now(), code: "" });
    drawStep();
  },
  notice(words) {
    Object.assign(session, { notice: { words, until: now() + NOTICE_MS }, touchedAt: now() });
    draw();
  },
  retry() {
    const { path, body, key } = session.problem.pending;
    send(path, body, key);
  },
  finish: () => startOver(),
  stay() {
    session.asking = false;
    draw();
  },
  speak(language) {
    Object.assign(session, { language, silent: "" });
    draw();
    aloud.step();
  },
  aloud: () => aloud.toggle(),
  listen: () => aloud.begin(true),
  volume: (change) => aloud.volume(change),
  /** To the start in silence; from the start, the end of the session. */
  leave() {
    if (session.step === "home") startOver();
    else actions.home();
    aloud.hush();
  },
  larger() {
    session.text = nextText(session.text);
    draw();
  },
  contrast() {
    session.contrast = !session.contrast;
    draw();
  },
  lower() {
    session.low = !session.low;
    draw();
  },
};

/** One touch, one request, one key: whatever happens to the line, the point gives one number for it. */
async function send(path, body, key = newKey()) {
  if (session.pending) return;
  const mine = session;
  const pending = { path, body, key, since: now() };
  Object.assign(mine, { pending, problem: mine.problem });
  draw();
  try {
    const ticket = await post(path, body, { key });
    if (mine === session) showTicket(ticket);
  } catch (error) {
    if (mine === session) showProblem(error, pending);
    if (!(error instanceof Problem)) throw error;
  }
}

function showTicket(ticket) {
  goTo(session, "ticket", now(), { ticket, scanned: false, pending: null, problem: null, shownAt: now(), code: "" });
  drawStep();
}

/** A scanned ticket is not among this kiosk's own in the state: whenever the queue has moved, it is asked for anew. */
async function renewScanned() {
  const mine = session;
  if (mine.step !== "ticket" || !mine.scanned) return;
  const { ticket, words } = await lookUp(mine.ticket.id);
  if (mine !== session || mine.step !== "ticket" || !mine.scanned) return;
  if (ticket) mine.ticket = ticket;
  else {
    actions.home();
    actions.notice(words);
  }
  draw();
}

function showProblem(error, pending) {
  const name = error.problem ?? "other";
  session.pending = null;
  if (session.step === "code" && isCodeFault(error)) {
    session.codeError = true;
    draw();
    return;
  }
  goTo(session, "problem", now(), { problem: { name, pending } });
  drawStep();
}

/** The code is wrong, or right and not for now: either way the customer can do something about it. */
const isCodeFault = (error) => [404, 409, 422].includes(error.status) || error.problem === "invalid";

function startOver() {
  aloud.hush();
  session = fresh(house(), now());
  drawStep();
}

function tick() {
  const all = { idleS: page.state?.idle_s ?? 45, house: house(), paper: paperNow() };
  const fate = byNow(session, now(), all);
  if (fate === "end") return startOver();
  if (aloud.speaking && !session.asking) session.touchedAt = now();
  const asking = fate === "ask";
  const faded = session.notice !== null && now() > session.notice.until;
  if (faded) session.notice = null;
  if (faded || asking || session.asking || session.pending || session.step === "ticket") {
    session.asking = asking;
    draw();
  }
}

function listen() {
  const touched = () => {
    session.touchedAt = now();
    if (session.asking) actions.stay();
  };
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, touched, { capture: true });
  aloud = new Aloud(() => session, house, draw);
  listenToKeys(() => session, actions);
  lockGestures();
  setInterval(tick, TICK_MS);
}

function link() {
  connect({
    view: "kiosk",
    id: kiosk,
    onState(state) {
      if (!page.state) session = fresh(state.house, now());
      Object.assign(page, { state, refused: false });
      draw();
      renewScanned();
    },
    onKey(key) {
      pressKey(key, session, actions);
    },
    onScan(scan) {
      if (session.asking) actions.stay();
      takeScan(scan, actions);
    },
    onLive(live) {
      page.live = live;
      draw();
    },
    onBeat(meta) {
      if (meta.local === page.local) return;
      page.local = meta.local;
      draw();
    },
    onRefused() {
      page.refused = true;
      draw();
    },
    idle: () => pristine(session, house()),
  });
}

async function start() {
  try {
    await signInFromAddress();
    await loadMessages(["common", "kiosk"], LANGUAGES);
  } catch (error) {
    console.warn("not ready yet", error);
    setTimeout(start, ASK_AGAIN_MS);
    return;
  }
  draw();
  listen();
  link();
  document.fonts.ready.then(draw); // words are measured again in the font that came
  addEventListener("resize", draw);
  addEventListener("scroll", tellBelow, { passive: true });
}

start();
