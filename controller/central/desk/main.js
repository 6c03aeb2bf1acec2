// The expert's desk: sign-in, the line to the broker, keys, and what the expert has typed and chosen.
import { LANGUAGE_NAMES, loadMessages, pick } from "/ui/shared/i18n.js";
import { drawer } from "/ui/shared/page.js";
import { Call } from "/expert/call.js";
import { canCaption } from "/expert/captions.js";
import { Devices } from "/expert/devices.js";
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
const KEYS = { F2: pressPrimary, F4: () => turn("audio"), F6: () => turn("video"), F8: hold, F9: () => show("hand_over") };

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
  refused: () => { stop(); change({ stage: "sign_in", you: null }); },
  replaced: () => { stop(); line.close(); change({ stage: "elsewhere" }); },
  message: hear,
});
const FAREWELLS = { end: "ended-here", hand_over: "handed_over", move: "moved" }; // order -> how it is called when over
let wantsReady = false;
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
    Object.assign(ui, { call: null, panel: null, tab: "text", large: "customer", still: null, over: null, problem: null });
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
    change({ over: { brief, why: why === "told_later" ? why : FAREWELLS[last] ?? why, lasted: performance.now() - startedAt }, panel: null });
  } else if (ui.answering === session) {
    change({ problem: `desk-lost-${why}` });
  }
  if (ui.answering === session) change({ answering: "" });
}

function done({ ok, order: given, problem, detail }) {
  ui.busy.delete(given.do);
  if (!ok) return change({ problem: "desk-refused", refusal: { do: given.do, why: problem ?? "", detail: detail ?? "" } });
  did = given.do;
  if (ui.panel === given.do) ui.panel = null;
  if (given.do === "identity") say("desk-identity-recorded");
  return change({});
}

function stop() {
  ui.call?.close();
  ui.call = null;
  ui.busy.clear();
  wantsSession = null;
  ui.devices.stop();
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
  ready(false);
  line.close();
  stop();
  await signOut();
  change({ stage: "sign_in", you: null, live: false, waiting: [] });
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

async function share() {
  if (ui.devices.screen) ui.devices.stopScreen();
  else await ui.devices.shareScreen();
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

/** A still, large; null closes it. */
function look(id) {
  change({ still: id, zoom: "fit", turned: 0 });
}

function caption() {
  const { call } = ui;
  if (call.captions.isOn) call.captions.stop();
  else call.captions.start(call.brief.language);
  change({});
}

function deviced() {
  ui.call?.deviced();
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
  if (panel === "devices" && ui.panel !== "devices") ui.devices.look();
  else if (ui.panel === "devices" && !ui.call) ui.devices.stop(); // it was only looked at
  change({ panel: ui.panel === panel && !ui.call?.isOver ? null : panel, form: {}, problem: null, shownAt: performance.now() });
  queueMicrotask(() => document.querySelector("form.panel [data-first]")?.focus());
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
  const deed = KEYS[event.key];
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
