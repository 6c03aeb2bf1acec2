// The booth page: ties the point's state, the customer's session, the call and the drawing together.
import { render } from "/ui/vendor/lit/lit-html.js";
import { Call } from "/ui/shared/call.js";
import { Devices } from "/ui/shared/devices.js";
import { connect } from "/ui/shared/link.js";
import { tellBelow } from "/ui/shared/below.js";
import { fitWords } from "/ui/shared/fit.js";
import { loadMessages } from "/ui/shared/i18n.js";
import { Line } from "/ui/shared/line.js";
import { lockGestures, ownId } from "/ui/shared/page.js";
import { playAll } from "/ui/shared/play.js";
import { signInFromAddress } from "/ui/shared/sign-in.js";
import { applied } from "/ui/shared/talk-text.js";
import { Aloud } from "/ui/kiosk/aloud.js";
import { pressKey } from "/ui/kiosk/keypad.js";
import { listenToKeys } from "/ui/kiosk/keys.js";
import { actionsOf } from "/ui/booth/actions.js";
import { live, screenWords } from "/ui/booth/heard.js";
import { Ring } from "/ui/booth/ring.js";
import { selfTest } from "/ui/booth/selftest.js";
import {
  LEVELS, LONG_BREAK_S, byNow, consented, fresh, freshTalk, onStage, pristine, running, standing, tooSoon,
} from "/ui/booth/session.js";
import { boothView } from "/ui/booth/view.js";

const LANGUAGES = ["fi", "sv", "en", "se"];
const TICK_MS = 250;
const ASK_AGAIN_MS = 2000;
const FREE_MS = 10_000; // nobody has the booth's line: a page that was put aside takes it again
const KEPT = "luukku-consent"; // in sessionStorage: a reload in mid call asks nothing twice; gone with the session

const booth = ownId();
const now = () => performance.now();
const page = {
  booth,
  state: null, // the point's
  live: undefined,
  refused: false,
  deafSince: null, // since when the point's state does not come
  elsewhere: false, // another page of this booth has the line
  freeSince: null, // since when no page has it
  local: "", // the clock
  session: fresh("fi", now()), // the customer's
  call: null, // the running session at this page
  testing: null, // an AbortController while the devices are checked
};
const house = () => page.state?.house ?? "fi";
const shown = { step: "", long: false, line: null, aloud: null, ring: new Ring(), devices: new Devices(() => deviced()) };

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
  const { session, call } = page;
  if (!call) return; // a device was plugged in before the page was ready
  const root = document.documentElement;
  const step = standing(page);
  root.lang = session.language;
  root.dataset.text = session.text;
  root.dataset.screen = step;
  root.toggleAttribute("data-low", session.low);
  if (session.contrast) root.dataset.contrast = "high";
  else delete root.dataset.contrast;
  const all = { ...page, step, devices: shown.devices, loudness: loudness(), now: now(), act };
  render(boothView(all), document.body);
  fitWords(document.querySelectorAll("main .name, main .hint, .choices .button, .words-key"));
  tellBelow();
  showDialogs();
  playAll((silent) => {
    page.session.notice = silent ? { words: "booth-touch-to-hear", until: Infinity } : null;
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
    if (wanted === dialog.open) continue;
    if (!wanted) {
      dialog.close();
      continue;
    }
    dialog.showModal();
    shown.aloud?.asked(dialog);
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

const actions = actionsOf({ page, shown, now, draw, follow, startOver, here, takeOver });

// ---- the point

/** The point's picture is another, or the customer has agreed: who is here, what runs. */
function follow() {
  const { state, session, call } = page;
  const one = running(state, session);
  if (one) {
    page.testing?.abort();
    remember(one);
  } else overNow();
  const mine = consented(state, session) && !page.elsewhere;
  call.tick(now(), page.deafSince);
  call.follow(one, mine);
  if (one?.state === "ringing" && mine && page.live) shown.ring.start(loudness());
  else shown.ring.stop();
  draw();
}

/** A session has begun here, or is found running by a page that has just come alive. */
function remember(one) {
  const { session } = page;
  const before = session.was ?? session.over;
  if (before && before.id !== one.id) wipe(); // somebody else's, without a gap between
  agreedTo(one);
  if (session.was?.id !== one.id) {
    if (LANGUAGES.includes(one.language)) session.language = one.language;
    session.talk.off = { ...(one.off ?? session.talk.off) }; // as they were turned off at the page before this one
  }
  Object.assign(session, { was: one, over: null, rating: null, step: "home", wish: null, pending: null, problem: null });
}

/** Consent is for one session: the one that was asked for right after it, or that of a page which was loaded anew. */
function agreedTo(one) {
  const { session } = page;
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  const known = session.consent?.session;
  if (!session.consent && kept?.session === one.id) session.consent = kept;
  if (session.pending && session.consent?.session === null) session.consent.session = one.id;
  if (session.consent?.session !== one.id) return;
  sessionStorage.setItem(KEPT, JSON.stringify(session.consent));
  if (known !== one.id) here();
}

/** The session that ran here is over: nothing of it stays but how it goes on. */
function overNow() {
  const { session, state } = page;
  const { was } = session;
  if (session.over && state?.session?.id === session.over.id) session.over = state.session;
  if (!was || session.over) return;
  const told = state.session?.id === was.id ? state.session : { ...was, outcome: null };
  wipe();
  Object.assign(session, { over: told, was: null, touchedAt: now() });
}

/** What was said, typed and agreed in a session. */
function wipe() {
  sessionStorage.removeItem(KEPT);
  Object.assign(page.session, { talk: freshTalk(), consent: null, interpreter: false, notice: null });
}

/** What only this page knows: its devices, and to what the customer agreed for which session. */
function here() {
  const { camera, microphone, speaker } = shown.devices.there;
  const agreed = consented(page.state, page.session);
  const consent = agreed ? page.state.consent.version : null;
  const session = agreed ? page.state.session.id : null;
  shown.line?.send({ t: "here", consent, session, devices: { camera, microphone, speaker } });
}

/** The point wants the devices checked: only while nobody is here, and given up for whoever comes. */
async function test(id) {
  const free = !running(page.state, page.session) && pristine(page.session, house()) && !page.testing;
  const result = free ? await checked() : { refused: "busy" };
  shown.line.send({ t: "tested", id, result });
}

async function checked() {
  page.testing = new AbortController();
  const { signal } = page.testing;
  draw();
  try {
    return await selfTest(signal);
  } catch (error) {
    if (!signal.aborted) console.error("self-test:", error);
    return { refused: signal.aborted ? "interrupted" : "failed" };
  } finally {
    page.testing = null;
    draw();
  }
}

/** The point has the call for help. */
function helped() {
  const { session } = page;
  session.helping = false;
  if (session.notice?.words === "booth-help-soon") session.notice = null;
}

function deviced() {
  page.call?.deviced();
  here();
  draw();
}

function startOver() {
  shown.aloud.hush();
  const { over, left, helping, notice } = page.session;
  wipe();
  page.session = { ...fresh(house(), now()), left: over?.id ?? left, helping };
  if (notice?.words === "booth-help-soon") page.session.notice = notice; // help is called whoever stands there then
  shown.step = "";
  follow();
}

/** Another page of this booth has come: here nothing stays open, until somebody wants this one to go on. */
function taken() {
  shown.aloud?.hush();
  page.testing?.abort();
  page.elsewhere = true;
  follow();
}

function takeOver() {
  page.elsewhere = false;
  shown.line.open();
  follow();
}

// ---- time

function tick() {
  const { session, state, call } = page;
  call.tick(now(), page.deafSince);
  if (!state) return;
  page.freeSince = page.elsewhere && page.live && !state.page ? (page.freeSince ?? now()) : null;
  if (page.freeSince !== null && now() - page.freeSince > FREE_MS) takeOver();
  actions.again();
  const isRunning = running(state, session) !== null;
  const fate = byNow(session, now(), { idleS: state.idle_s, house: house(), isRunning });
  if (fate === "end") return startOver();
  if (shown.aloud.speaking && !session.asking) session.touchedAt = now();
  const asking = fate === "ask";
  const faded = session.notice !== null && now() > session.notice.until;
  if (faded) session.notice = null;
  const long = shown.step === "interrupted" && now() - call.now.since > LONG_BREAK_S * 1000;
  if (faded || asking || session.asking || session.pending || long !== shown.long) {
    shown.long = long;
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
  shown.line = new Line(`/booths/${encodeURIComponent(booth)}/line`, {
    opened() {
      here();
      if (page.session.helping) shown.line.send({ t: "help" });
      page.call.lineOpened();
      follow(); // what was closed because nobody was heard may open again
    },
    taken,
    message(message) {
      page.call.hear(message);
      if (message.t === "test") test(message.id);
      if (message.t !== "end") return;
      page.session.left = message.session;
      follow();
    },
  });
  page.call = new Call({
    line: shown.line, devices: shown.devices, off: () => page.session.talk.off, changed: draw,
    turned: () => Object.assign(page.session.talk, { screen: false, caption: "", still: null }),
    text(step) {
      page.session.talk.theirs = applied(page.session.talk.theirs, step).slice(-4000);
      page.session.talk.panel = true;
      draw();
    },
    ctl: (message) => actions.ctl(message),
  });
  shown.line.open();
  connect({
    view: "booth",
    id: booth,
    onState(state) {
      if (!page.state) page.session = fresh(state.house, now());
      Object.assign(page, { state, refused: false, deafSince: null });
      if (state.help) helped();
      follow();
    },
    onKey: (key) => page.elsewhere || pressKey(key, page.session, actions),
    onScan: (scan) => page.elsewhere || actions.scanned(scan),
    onLive(isLive) {
      if (isLive && page.deafSince !== null) shown.line.renew(page.deafSince);
      Object.assign(page, { live: isLive, deafSince: isLive ? null : (page.deafSince ?? now()) });
      queueMicrotask(follow); // after the state that may come with it
    },
    onBeat(meta) {
      if (page.refused) Object.assign(page, { refused: false, deafSince: null }); // whoever is told the time is let in
      if (meta.local === page.local) return;
      page.local = meta.local;
      draw();
    },
    onRefused() {
      Object.assign(page, { refused: true, deafSince: page.deafSince ?? now() });
      draw();
    },
    idle: () => !page.elsewhere && pristine(page.session, house()) && !running(page.state, page.session),
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
  addEventListener("scroll", tellBelow, { passive: true });
}

start();
