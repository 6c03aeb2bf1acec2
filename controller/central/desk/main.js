// The expert's desk: sign-in, the line to the broker, keys, and what the expert has typed and chosen.
import { LANGUAGE_NAMES, loadMessages, pick } from "/ui/shared/i18n.js";
import { drawer } from "/ui/shared/page.js";
import { Call } from "/expert/call.js";
import { canCaption } from "/expert/captions.js";
import { Devices, hearBy } from "/expert/devices.js";
import { atHand, back, onList, toFirst } from "/expert/focus.js";
import { askedAnew, firstForm, missing, orders } from "/expert/forms.js";
import { Line } from "/expert/line.js";
import { Ring } from "/expert/ring.js";
import { arranged } from "/expert/rows.js";
import { signIn, signInFromAddress, signOut, whoAmI } from "/expert/sign-in.js";
import { toolsOf } from "/expert/tools.js";
import { view } from "/expert/view.js";

const LANGUAGES = ["fi", "sv", "en"];
const LANGUAGE = "luukku.expert.language"; // in localStorage
const SAID_MS = 5000;
const SLIP_MS = 400; // a double press is not two decisions
const MET_MS = 2000; // so long the talk has stood when F2 may end it: F2 also answers
const KEYS = { // none that a browser needs itself: F6 goes round its panes, F7 is Firefox's caret
  F2: pressPrimary, F4: () => turn("audio"), "Shift+F4": () => turn("video"), F8: hold, F9: () => show("hand_over"),
};

const ui = {
  lang: LANGUAGE_NAMES[localStorage.getItem(LANGUAGE)] ? localStorage.getItem(LANGUAGE) : "fi",
  languages: LANGUAGES,
  stage: "loading", // loading | sign_in | desk | elsewhere
  signing: { busy: false, fault: "" },
  live: false, you: null, waiting: [], rows: [], answering: "", call: null, over: null,
  panel: null, drafts: {}, urged: false, shownAt: 0, busy: new Set(), problem: null, said: null,
  tab: "text", news: new Set(), large: "customer", still: null, zoom: "fit", turned: 0, silent: false, canCaption: false,
  t: null, devices: new Devices(deviced), now: () => Date.now(),
  signIn: enter, signOut: leave, speak, ready, answer, show, set, formOf, submit, order, hold, turn, pressPrimary, change, takeOver,
  settle, read, heardSound, name: (map) => pick(map, ui.lang),
};
Object.assign(ui, toolsOf(ui, (news) => change(news)));
const draw = drawer(() => view(ui));
const ring = new Ring();
const line = new Line({
  opened: () => change({ live: true, problem: null }),
  closed: () => change({ live: false, waiting: [], rows: [], answering: "" }),
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
    case "waiting": return change({ waiting: message.sessions, rows: arranged(ui.rows, message.sessions, onList()) });
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
    Object.assign(ui, { call: null, panel: null, drafts: {}, tab: "text", large: "customer", still: null, over: null, problem: null, silent: false });
    ui.news.clear();
    did = "";
    ui.call = new Call(message, { line, devices: ui.devices, changed: draw, heard });
    canCaption(message.brief.language).then((can) => change({ canCaption: can }));
  }
  line.repeat(message.session);
  change({ answering: "" });
  followed(message);
  atHand(".about");
}

/** Words of the customer came. @returns {boolean} whether nobody can see them where they stand */
function heard(tab) {
  const isHidden = ui.tab !== tab || inForm();
  if (isHidden) ui.news.add(tab);
  return isHidden;
}

/** A form stands in the place of text, messages and files. */
function inForm() {
  return Boolean(ui.panel) && ui.panel !== "devices";
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
    atHand(".over");
  } else if (ui.answering === session) {
    change({ problem: `desk-lost-${why}` });
  }
  if (ui.answering === session) change({ answering: "" });
}

function done({ ok, order: given, problem, detail }) {
  ui.busy.delete(given.do);
  if (!ok) return change({ problem: "desk-refused", refusal: { do: given.do, why: problem ?? "", detail: detail ?? "" } });
  did = given.do;
  delete ui.drafts[given.do];
  if (given.do === "identity") say("desk-identity-recorded");
  return ui.panel === given.do ? close() : change({});
}

function stop() {
  ui.call?.close();
  ui.call = null;
  ui.busy.clear();
  Object.assign(ui, { still: null, silent: false, drafts: {} });
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
    stage, you: null, live: false, waiting: [], rows: [], answering: "", over: null, panel: null, problem: null, refusal: null, said: null,
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
  if (missing[name](form, ui.call)) return urge();
  if (!ui.busy.has(name)) order(orders[name](form, ui.call));
}

/** Say loudly what the form still wants, and be there. */
function urge() {
  change({ urged: true });
  toFirst();
}

function hold() {
  if (ui.call && !ui.call.isOver) order({ do: ui.call.isHeld ? "resume" : "hold" });
}

/** @param {"audio"|"video"} kind */
function turn(kind) {
  if (ui.call && !ui.call.isOver) ui.call.turn({ [kind]: !ui.call.off[kind] });
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
  if (ui.call?.isSupport && (panel === "hand_over" || panel === "move")) return; // their customer is at a counter
  if (ui.still) ui.look(null);
  if (panel === "devices" && ui.panel !== "devices") ui.devices.look();
  else if (ui.panel === "devices" && !ui.call) ui.devices.stop(); // it was only looked at
  if (!panel || (panel === ui.panel && !ui.call?.isOver)) return close();
  if (!ui.panel) opener = { element: document.activeElement, panel };
  if (panel !== "devices") Object.assign(formOf(panel), askedAnew[panel]);
  change({ panel, urged: false, problem: null, shownAt: performance.now() });
  toFirst();
}

/** The panel goes, and the focus to what had it before. What was chosen in it stays for the next time. */
function close() {
  const from = ui.panel && opener;
  opener = null;
  ui.news.delete(ui.tab); // it is seen again
  change({ panel: null, problem: null, shownAt: performance.now() });
  if (from) back(from);
}

/** Back from a form to the customer's words; what was chosen in it is kept. */
function read(tab) {
  ui.tab = tab;
  show(null);
}

function set(form, news) {
  Object.assign(form, news);
  change({ urged: false });
}

function formOf(name) {
  return (ui.drafts[name] ??= firstForm[name](ui.call));
}

/** Nobody is about to press in the list any more: it may be in its order. */
function settle() {
  if (!onList()) change({ rows: arranged(ui.rows, ui.waiting, false) });
}

/** The next sensible step: answer what rings, be ready, end; in a form, send it. */
function pressPrimary() {
  if (ui.stage !== "desk" || performance.now() - ui.shownAt < SLIP_MS) return;
  if (ui.call) return inForm() ? submit(ui.panel) : endByKey();
  const rings = ui.waiting.find((row) => row.rings);
  if (rings) answer(rings.session);
  else if (ui.live && !ui.you?.ready) ready(true);
}

/** A key that answered is often pressed once more: it ends nothing that has hardly begun. */
function endByKey() {
  const { isOver, upAt } = ui.call;
  if (isOver) show("end");
  else if (upAt === null) say("desk-end-not-yet");
  else if (performance.now() - upAt >= MET_MS) show("end");
}

function onKey(event) {
  if (event.key === "Escape") {
    if (ui.still) ui.look(null);
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
