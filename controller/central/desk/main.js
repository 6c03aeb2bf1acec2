// The expert's desk: sign-in, the line to the broker, keys, and what the expert has typed and chosen.
import { LANGUAGE_NAMES, loadMessages, pick } from "/ui/shared/i18n.js";
import { drawer } from "/ui/shared/page.js";
import { Call } from "/expert/call.js";
import { canCaption } from "/expert/captions.js";
import { Devices, hearBy } from "/expert/devices.js";
import { unfit } from "/expert/files.js";
import { complete, firstForm, orders } from "/expert/forms.js";
import { Line } from "/expert/line.js";
import { Ring } from "/expert/ring.js";
import { signIn, signInFromAddress, signOut, whoAmI } from "/expert/sign-in.js";
import { view } from "/expert/view.js";

const LANGUAGES = ["fi", "sv", "en"];
const LANGUAGE = "luukku.expert.language"; // in localStorage
const SAID_MS = 5000;
const SLIP_MS = 400; // a double press is not two decisions
const KEYS = { // none that a browser needs itself: F6 goes round its panes, F7 is Firefox's caret
  F2: pressPrimary, F4: () => turn("audio"), "Shift+F4": () => turn("video"), F8: hold, F9: () => show("hand_over"),
};

const ui = {
  lang: LANGUAGE_NAMES[localStorage.getItem(LANGUAGE)] ? localStorage.getItem(LANGUAGE) : "fi",
  languages: LANGUAGES,
  stage: "loading", // loading | sign_in | desk | elsewhere
  signing: { busy: false, fault: "" },
  live: false, you: null, waiting: [], answering: "", call: null, over: null,
  panel: null, form: {}, shownAt: 0, busy: new Set(), problem: null, said: null,
  tab: "text", news: new Set(), large: "customer", still: null, zoom: "fit", turned: 0, silent: false, canCaption: false,
  t: null, devices: new Devices(deviced), now: () => Date.now(),
  signIn: enter, signOut: leave, speak, ready, answer, show, set, formOf, submit, order, hold, turn, pressPrimary, change, takeOver,
  share, print, askStill, look, caption, heardSound, name: (map) => pick(map, ui.lang),
};
const draw = drawer(() => view(ui));
const ring = new Ring();
const line = new Line({
  opened: () => change({ live: true, problem: null }),
  closed: () => change({ live: false, waiting: [], answering: "" }),
  refused: (stands) => (stands && ui.call ? undefined : forget("sign_in")), // nobody is cut off in a call by the clock
  replaced: () => forget("elsewhere"),
  message: hear,
});
const FAREWELLS = { end: "ended-here", hand_over: "handed_over", move: "moved" }; // order -> how it is called when over
const VANISHED = { reconnecting: "technical_failure", ringing: "never_met", ended: "unsaid" }; // its last state -> why it is gone
let wantsReady = false;
let opener = null; // what had the focus when the panel was opened
let did = ""; // the last order that was done to the session
let wantsSession = null; // the one that this page had when the line broke
const turns = { joined: 0, ready: 0 }; // which opening of the line was used for it

function change(news) {
  Object.assign(ui, news);
  const rings = ui.live && !ui.call && ui.waiting.some((row) => row.rings);
  ring.set(rings && !ui.answering);
  draw();
}

// ---- what the broker says

function hear(message) {
  switch (message.t) {
    case "you": return met(message);
    case "waiting": return change({ waiting: message.sessions });
    case "joined": return joined(message);
    case "session": return ui.call?.id === message.brief.session ? followed(message) : undefined;
    case "lost": return lost(message);
    case "done": return done(message);
    case "signal": case "ack": return ui.call?.id === message.session ? ui.call.hear(message) : undefined;
    case "refused": return console.info("broker:", message.why, message.detail);
    default: return undefined; // a newer broker's
  }
}

/** Who we are to the broker. On a new line a page joins the session that it had, or is ready again if it was. */
function met(you) {
  change({ you });
  const session = wantsSession ?? you.session;
  if (session && session !== ui.answering && turns.joined !== line.turn) {
    turns.joined = line.turn;
    line.send({ t: "join", session });
  } else if (!session && wantsReady && !you.ready && turns.ready !== line.turn) {
    turns.ready = line.turn;
    line.send({ t: "ready", ready: true });
  }
}

function joined(message) {
  wantsReady = false;
  wantsSession = message.session;
  turns.joined = line.turn;
  if (ui.call?.id === message.session) ui.call.rejoined(message);
  else {
    ui.call?.close();
    Object.assign(ui, { call: null, panel: null, tab: "text", large: "customer", still: null, over: null, problem: null, silent: false });
    ui.news.clear();
    did = "";
    ui.call = new Call(message, { line, devices: ui.devices, changed: draw, heard: (tab) => ui.tab !== tab && ui.news.add(tab) });
    canCaption(message.brief.language).then((can) => change({ canCaption: can }));
  }
  line.repeat(message.session);
  change({ answering: "" });
  followed(message);
}

/** The session as it is now. One that the customer ended is put into words. */
function followed(message) {
  ui.call.adopt(message);
  if (ui.call.isOver && ui.panel !== "end") show("end");
}

function lost({ session, why }) {
  const last = [...line.underWay(session), did].find((one) => FAREWELLS[one]);
  line.forget(session);
  if (wantsSession === session) wantsSession = null;
  turns.joined = 0;
  if (ui.call?.id === session) {
    const { brief, startedAt } = ui.call;
    stop();
    const told = why === "told_later" ? why : FAREWELLS[last] ?? (why === "over" ? VANISHED[brief.state] ?? why : why);
    change({ over: { brief, why: told, lasted: performance.now() - startedAt }, panel: null });
  } else if (ui.answering === session) {
    change({ problem: `desk-lost-${why}` });
  }
  if (ui.answering === session) change({ answering: "" });
}

function done({ ok, order: given, problem, detail }) {
  ui.busy.delete(given.do);
  if (!ok) return change({ problem: "desk-refused", refusal: { do: given.do, why: problem ?? "", detail: detail ?? "" } });
  did = given.do;
  if (given.do === "identity") say("desk-identity-recorded");
  return ui.panel === given.do ? close() : change({});
}

function stop() {
  ui.call?.close();
  ui.call = null;
  ui.busy.clear();
  Object.assign(ui, { still: null, silent: false });
  wantsSession = null;
  ui.devices.stop();
}

/** Whoever sits here next: nothing of this expert, and of their customer, stays on the page. */
function forget(stage) {
  stop();
  line.close();
  wantsReady = false;
  did = "";
  ui.news.clear();
  change({
    stage, you: null, live: false, waiting: [], answering: "", over: null, panel: null, form: {}, problem: null, refusal: null, said: null,
  });
}

// ---- what the expert does

async function enter(token) {
  ring.unlock();
  change({ signing: { busy: true, fault: "" } });
  const outcome = token ? await signIn(token) : "empty";
  change({ signing: { busy: false, fault: outcome === "ok" ? "" : `desk-sign-in-${outcome}` } });
  if (outcome === "ok") begin();
}

async function leave() {
  forget("sign_in");
  await signOut();
}

function begin() {
  change({ stage: "desk" });
  line.open();
}

/** Another page of this expert has the line: have it here again. */
function takeOver() {
  begin();
}

function ready(on) {
  ring.unlock();
  wantsReady = on;
  if (on) ui.over = null;
  line.send({ t: "ready", ready: on });
  change({});
}

function answer(session) {
  if (ui.answering || ui.call || !ui.live) return;
  ring.unlock();
  line.send({ t: "answer", session });
  change({ answering: session, problem: null, over: null });
}

function order(order) {
  if (!ui.call || ui.busy.has(order.do)) return;
  ui.busy.add(order.do);
  line.order(ui.call.id, order);
  change({ problem: null });
}

function submit(name) {
  const form = formOf(name);
  if (complete[name](form) && !ui.busy.has(name)) order(orders[name](form, ui.call));
}

function hold() {
  if (ui.call && !ui.call.isOver) order({ do: ui.call.isHeld ? "resume" : "hold" });
}

/** @param {"audio"|"video"} kind */
function turn(kind) {
  if (ui.call && !ui.call.isOver) ui.call.turn({ [kind]: !ui.call.off[kind] });
}

/** What is chosen when this conversation is over is for nobody: the next customer is another. */
async function share() {
  const { call, devices } = ui;
  if (!call || call.isOver) return;
  if (devices.screen) devices.stopScreen();
  else await devices.shareScreen(() => call === ui.call && !call.isOver);
}

async function print(file) {
  const call = ui.call;
  if (!file || !call) return;
  const why = await unfit(file);
  if (call !== ui.call) return;
  change({ problem: why ? `desk-file-${why}` : null });
  if (!why) await call.files.print(file);
}

function askStill() {
  ui.call?.askStill();
}

/** A still, large; null closes it, and the focus goes back to where it was. */
function look(id) {
  if (!id) document.querySelector("dialog.viewer")?.close();
  change({ still: id, zoom: "fit", turned: 0 });
  if (id) queueMicrotask(() => document.querySelector("dialog.viewer:not([open])")?.showModal());
}

function caption() {
  const { call } = ui;
  if (call.captions.isOn) call.captions.stop();
  else call.captions.start(call.brief.language);
  change({});
}

function deviced() {
  ui.call?.deviced();
  for (const video of document.querySelectorAll(".customer > video")) hearBy(video, ui.devices.chosen.speaker);
  draw();
}

/** The customer's sound may play (a browser may want a press first). */
function heardSound(can) {
  if (ui.silent === can) change({ silent: !can });
}

// ---- forms and keys

function show(panel) {
  if (panel && panel !== "devices" && !ui.call) return;
  if (ui.call?.isOver && panel !== "end") return; // it has to be said how it went
  if (ui.call?.isSupport && panel === "hand_over") return; // their customer is at a counter
  if (ui.still) look(null);
  if (panel === "devices" && ui.panel !== "devices") ui.devices.look();
  else if (ui.panel === "devices" && !ui.call) ui.devices.stop(); // it was only looked at
  if (!panel || (panel === ui.panel && !ui.call?.isOver)) return close();
  if (!ui.panel) opener = { element: document.activeElement, panel };
  change({ panel, form: {}, problem: null, shownAt: performance.now() });
  queueMicrotask(() => document.querySelector("form.panel [data-first], .devices [data-first]")?.focus());
}

/** The panel goes, and the focus to what had it before: that, its like, or the button of the panel. */
function close() {
  const back = ui.panel && opener;
  change({ panel: null, form: {}, problem: null, shownAt: performance.now() });
  if (!back) return;
  opener = null;
  queueMicrotask(() => {
    const { element, panel } = back;
    const like = element.isConnected && element !== document.body ? element : document.getElementById(element.id);
    (like ?? document.querySelector(`[data-panel="${panel}"]`))?.focus();
  });
}

function set(news) {
  Object.assign(ui.form, news);
  draw();
}

function formOf(name) {
  if (ui.form.name !== name) ui.form = { name, ...firstForm[name](ui.call) };
  return ui.form;
}

/** The next sensible step: answer what rings, be ready, end; in a form, send it. */
function pressPrimary() {
  if (ui.stage !== "desk" || performance.now() - ui.shownAt < SLIP_MS) return;
  if (ui.call) return ui.panel && ui.panel !== "devices" ? submit(ui.panel) : show("end");
  const rings = ui.waiting.find((row) => row.rings);
  if (rings) answer(rings.session);
  else if (ui.live && !ui.you?.ready) ready(true);
}

function onKey(event) {
  if (event.key === "Escape") {
    if (ui.still) look(null);
    else if (ui.panel) show(null);
    return;
  }
  const deed = KEYS[(event.shiftKey ? "Shift+" : "") + event.key];
  if (!deed || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  deed();
}

function say(id) {
  change({ said: id });
  setTimeout(() => ui.said === id && change({ said: null }), SAID_MS);
}

function speak(lang) {
  localStorage.setItem(LANGUAGE, lang);
  document.documentElement.lang = lang;
  change({ lang });
}

document.documentElement.lang = ui.lang;
await loadMessages(["desk"], LANGUAGES);
addEventListener("keydown", onKey);
addEventListener("pointerdown", () => ring.unlock());
addEventListener("beforeunload", (event) => ui.call && event.preventDefault());
setInterval(draw, 1000);
addEventListener("hashchange", async () => {
  if (ui.stage === "sign_in" && (await signInFromAddress()) === "ok") begin();
});
const brought = await signInFromAddress();
const me = brought === "refused" ? null : await whoAmI().catch(() => ({}));
if (me) begin();
else change({ stage: "sign_in", signing: { busy: false, fault: brought === "none" ? "" : `desk-sign-in-${brought}` } });
