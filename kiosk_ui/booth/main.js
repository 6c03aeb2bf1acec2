// The booth page: ties the point's state, the customer's session, the call and the drawing together.
import { render } from "/ui/vendor/lit/lit-html.js";
import { connect } from "/ui/shared/link.js";
import { fitWords } from "/ui/shared/fit.js";
import { loadMessages } from "/ui/shared/i18n.js";
import { lockGestures, ownId } from "/ui/shared/page.js";
import { signInFromAddress } from "/ui/shared/sign-in.js";
import { applied } from "/ui/shared/talk-text.js";
import { Aloud } from "/ui/kiosk/aloud.js";
import { pressKey } from "/ui/kiosk/keypad.js";
import { listenToKeys } from "/ui/kiosk/keys.js";
import { actionsOf } from "/ui/booth/actions.js";
import { Call } from "/ui/booth/call.js";
import { Devices } from "/ui/booth/devices.js";
import { live, screenWords } from "/ui/booth/heard.js";
import { Line } from "/ui/booth/line.js";
import { playAll } from "/ui/booth/play.js";
import { Ring } from "/ui/booth/ring.js";
import { selfTest } from "/ui/booth/selftest.js";
import { LEVELS, byNow, consented, fresh, freshTalk, onStage, pristine, running, screen, tooSoon } from "/ui/booth/session.js";
import { boothView } from "/ui/booth/view.js";

const LANGUAGES = ["fi", "sv", "en", "se"];
const TICK_MS = 250;
const ASK_AGAIN_MS = 2000;
const IDLE_S = 60; // a consent takes longer to read than a question
const KEPT = "luukku-consent"; // in sessionStorage: a reload in mid call asks nothing twice; gone with the session

const booth = ownId();
const now = () => performance.now();
const page = {
  booth,
  state: null, // the point's
  live: undefined,
  refused: false,
  local: "", // the clock
  session: fresh("fi", now()), // the customer's
  call: null, // the running session at this page
  testing: null, // an AbortController while the devices are checked
};
const house = () => page.state?.house ?? "fi";
const shown = { step: "", line: null, aloud: null, ring: new Ring(), devices: new Devices(() => deviced()) };

// ---- drawing

let drawing = false;
function draw() {
  if (drawing) return; // asked ten times in a turn, it draws once
  drawing = true;
  queueMicrotask(() => {
    drawing = false;
    drawNow();
  });
}

function drawNow() {
  const { session, state, call } = page;
  if (!call) return; // a device was plugged in before the page was ready
  const root = document.documentElement;
  const step = page.testing ? "testing" : screen(state, session, call.now);
  root.lang = session.language;
  root.dataset.text = session.text;
  root.dataset.screen = step;
  root.toggleAttribute("data-low", session.low);
  if (session.contrast) root.dataset.contrast = "high";
  else delete root.dataset.contrast;
  const all = { ...page, step, devices: shown.devices, loudness: loudness(), now: now(), act };
  render(boothView(all), document.body);
  fitWords(document.querySelectorAll("main .name, main .hint, .choices .button, .words-key"));
  showDialogs();
  playAll((silent) => {
    page.session.notice = silent ? { words: "booth-touch-to-hear" } : null;
    draw();
  });
  if (step !== shown.step) arrive(step);
  shown.aloud?.drawn();
}

/** Another screen: where it starts, for eyes, screen readers and arrow keys alike; what sounds by itself. */
function arrive(step) {
  const before = shown.step;
  shown.step = step;
  page.session.changedAt = now();
  if (!onStage(step) || !onStage(before)) {
    scrollTo(0, 0);
    document.querySelector("main h1")?.focus({ preventScroll: true });
  }
  if (step === "talk" && before !== "talk") shown.ring.chime(loudness());
  if (step === "consent") actions.listenToConsent();
  else shown.aloud?.step();
}

function showDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) {
    const wanted = dialog.dataset.open === "true";
    if (wanted !== dialog.open) wanted ? dialog.showModal() : dialog.close();
  }
}

/** 0..1 of full scale, as the voice has it: each level is twice the last. */
const loudness = () => 2 ** (page.session.volume - LEVELS);

/** A press: ignored when it belongs to the screen before, or while another is on its way. */
const act = (press, quick = false) => (event) => {
  const byFinger = event.detail > 0;
  if (!quick && (page.session.pending || (byFinger && tooSoon(page.session, now())))) return;
  press(actions);
};

const actions = actionsOf({ page, shown, now, draw, follow, startOver, here });

// ---- the point

/** The point's picture is another, or the customer has agreed: who is here, what runs. */
function follow() {
  const { state, session, call } = page;
  const one = running(state, session);
  if (one) {
    page.testing?.abort();
    remember(one);
  }
  else overNow();
  call.follow(one, consented(state, session));
  if (one?.state === "ringing" && consented(state, session)) shown.ring.start(loudness());
  else shown.ring.stop();
  draw();
}

/** A session has begun here, or is found running by a page that has just come alive. */
function remember(one) {
  const { session } = page;
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (!session.consent && kept?.session === one.id) session.consent = kept;
  if (session.consent && session.consent.session === null) session.consent.session = one.id;
  if (session.consent?.session === one.id) sessionStorage.setItem(KEPT, JSON.stringify(session.consent));
  if (session.was?.id !== one.id && one.language && LANGUAGES.includes(one.language)) session.language = one.language;
  Object.assign(session, { was: one, step: "home", wish: null, pending: null, problem: null });
}

/** The session that ran here is over: nothing of it stays but how it goes on. */
function overNow() {
  const { session, state } = page;
  const { was } = session;
  if (!was || session.over) return;
  const told = state.session?.id === was.id ? state.session : { ...was, outcome: null };
  wipe();
  Object.assign(session, { over: told, was: null, touchedAt: now() });
}

/** What was said, typed and agreed in a session. */
function wipe() {
  sessionStorage.removeItem(KEPT);
  Object.assign(page.session, { talk: freshTalk(), consent: null, notice: null });
}

function here() {
  const { camera, microphone, speaker } = shown.devices.there;
  const version = consented(page.state, page.session) ? page.state.consent.version : (page.session.consent?.version ?? null);
  shown.line?.send({ t: "here", consent: version, devices: { camera, microphone, speaker } });
}

/** The point wants the devices checked: only while nobody is here, and given up for whoever comes. */
async function test(id) {
  const free = !running(page.state, page.session) && pristine(page.session, house()) && !page.testing;
  const mine = free ? (page.testing = new AbortController()) : null;
  draw();
  const result = mine ? await selfTest(mine.signal).catch((error) => ({ refused: giveUp(error) })) : { refused: "busy" };
  if (mine) page.testing = null;
  shown.line.send({ t: "tested", id, result });
  draw();
}

function giveUp(error) {
  if (!page.testing.signal.aborted) console.error("self-test:", error);
  return page.testing.signal.aborted ? "interrupted" : "failed";
}

function deviced() {
  page.call?.deviced();
  here();
  draw();
}

function startOver() {
  shown.aloud.hush();
  const { over, left } = page.session;
  wipe();
  page.session = { ...fresh(house(), now()), left: over?.id ?? left };
  shown.step = "";
  follow();
}

// ---- time

function tick() {
  const { session, state, call } = page;
  call.tick(now());
  actions.again();
  const isRunning = running(state, session) !== null;
  const fate = byNow(session, now(), { idleS: state?.idle_s ?? IDLE_S, house: house(), isRunning });
  if (fate === "end") return startOver();
  if (shown.aloud.speaking && !session.asking) session.touchedAt = now();
  const asking = fate === "ask";
  if (asking || session.asking || session.pending || shown.step === "interrupted") {
    session.asking = asking;
    draw();
  }
}

function listen() {
  const touched = () => {
    page.session.touchedAt = now();
    page.testing?.abort();
    if (page.session.asking) actions.stay();
  };
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, touched, { capture: true });
  const ears = { screen: (t) => screenWords(shown.step, t), live, quiet: () => page.call.now.state === "up" };
  shown.aloud = new Aloud(() => page.session, house, draw, ears);
  listenToKeys(() => page.session, actions);
  lockGestures();
  setInterval(tick, TICK_MS);
}

function link() {
  shown.line = new Line(booth, {
    opened() {
      here();
      page.call.lineOpened();
    },
    message(message) {
      page.call.hear(message);
      if (message.t === "test") test(message.id);
      if (message.t !== "end") return;
      page.session.left = message.session;
      follow();
    },
  });
  page.call = new Call({
    line: shown.line, devices: shown.devices, changed: draw,
    text(step) {
      page.session.talk.theirs = applied(page.session.talk.theirs, step).slice(-4000);
      page.session.talk.panel = true;
      draw();
    },
    ctl: (message) => actions.ctl(message),
  });
  connect({
    view: "booth",
    id: booth,
    onState(state) {
      if (!page.state) page.session = fresh(state.house, now());
      Object.assign(page, { state, refused: false });
      follow();
    },
    onKey: (key) => pressKey(key, page.session, actions),
    onScan: (scan) => actions.scanned(scan),
    onLive(isLive) {
      page.live = isLive;
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
    idle: () => pristine(page.session, house()) && !running(page.state, page.session),
  });
  shown.devices.look();
}

async function start() {
  try {
    await signInFromAddress();
    await loadMessages(["common", "kiosk", "booth"], LANGUAGES);
  } catch (error) {
    console.warn("not ready yet", error);
    setTimeout(start, ASK_AGAIN_MS);
    return;
  }
  link();
  draw();
  listen();
  document.fonts.ready.then(draw); // words are measured again in the font that came
  addEventListener("resize", draw);
}

start();
