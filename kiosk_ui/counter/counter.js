/* The counter's page: link, what the advisor has typed and chosen, keys, and the requests that follow from a press. */
import { connect } from "/ui/shared/link.js";
import { LANGUAGE_NAMES, loadMessages } from "/ui/shared/i18n.js";
import { newKey, post, Problem } from "/ui/shared/api.js";
import { drawer, ownId } from "/ui/shared/page.js";
import { goSignIn, signInFromAddress } from "/ui/shared/sign-in.js";
import { complete, firstForm, offered, primary, requests } from "/ui/counter/requests.js";
import { KEYS } from "/ui/counter/desk.js";
import { Support } from "/ui/counter/support.js";
import { view } from "/ui/counter/view.js";

const LANGUAGE = "luukku.counter.language"; // in localStorage
const CONFIRM_MS = 4000; // the alarm's second press must follow within this
const SLIP_MS = 400; // a double click is not two decisions
const SAID_MS = 4000;

const ui = {
  state: null, live: false, lang: storedLanguage(), panel: null, form: {}, busy: "", problem: null, said: null,
  alarm: "idle", local: "", point: null, shownAt: 0, lost: null, support: null, expertFor: "",
  age: (iso) => (ui.point && iso ? ui.point.time + performance.now() - ui.point.at - Date.parse(iso) : 0),
  act, show, set, press, pressPrimary, pressAlarm, speak, formOf, chooseExpert,
  submit: (name) => (event) => { event.preventDefault(); submit(name); },
};
const draw = drawer(() => view(ui.state, ui));
ui.support = new Support(ownId(), { draw, failed, say });

/** Send one request; the key is made here, at the press. A press after a lost line is the same press again. */
async function act(name, form = {}) {
  if (ui.busy) return false;
  const [path, body] = requests[name](ui.state, form);
  const same = ui.lost?.path === path && ui.lost.body === JSON.stringify(body);
  const key = same ? ui.lost.key : newKey();
  Object.assign(ui, { busy: name, problem: null, said: null, lost: null });
  draw();
  try {
    done(name, await post(path, body, { key }));
    return true;
  } catch (error) {
    failed(error, { path, body: JSON.stringify(body), key });
    return false;
  } finally {
    ui.busy = "";
    draw();
  }
}

function done(name, answer) {
  Object.assign(ui, { panel: null, form: {} });
  if (name === "callNext" && answer === null) say("counter-nobody-waits");
  if (name === "work") say("counter-recorded");
  if (name === "support") ui.support.asked(answer);
}

function failed(error, request = null) {
  if (!(error instanceof Problem)) throw error;
  if (error.status === 401) goSignIn();
  if (error.problem === "network") ui.lost = request;
  ui.problem = { name: error.problem, detail: error.detail };
  draw();
}

function say(id) {
  ui.said = id;
  setTimeout(() => { ui.said = null; draw(); }, SAID_MS);
  draw();
}

/** Which matter an expert is wanted for; forgotten with the customer. */
function chooseExpert(service) {
  ui.expertFor = service;
  draw();
}

function show(panel) {
  Object.assign(ui, { panel: ui.panel === panel ? null : panel, form: {}, problem: null, shownAt: performance.now() });
  draw();
  queueMicrotask(() => document.querySelector("form [data-first]")?.focus());
}

function set(change) {
  Object.assign(ui.form, change);
  draw();
}

/** The open form's values; the first time they are what is usual. */
function formOf(name) {
  if (ui.form.name !== name) ui.form = { name, ...firstForm[name](ui.state) };
  return ui.form;
}

function submit(name) {
  const form = formOf(name);
  if (!complete[name](form)) return;
  const service = ui.state.all_services.find((one) => one.id === form.service);
  act(name, { ...form, provider: service?.provider });
}

function press(name) {
  if (name === "transfer") show("transfer");
  else act(name);
}

/** The big button, and F2: whatever form is open, or the next sensible step. */
function pressPrimary() {
  if (!ui.state || !ui.live || ui.busy) return;
  if (ui.state.state !== "open") submit("open");
  else if (ui.panel) performance.now() - ui.shownAt > SLIP_MS && submit(ui.panel);
  else if (["end", "roll"].includes(primary(ui.state))) show(primary(ui.state));
  else if (primary(ui.state) === "available") act("activity", { activity: "available" });
  else act(primary(ui.state));
}

async function pressAlarm() {
  if (ui.alarm === "armed") return raise();
  Object.assign(ui, { alarm: "armed" });
  draw();
  setTimeout(() => { if (ui.alarm === "armed") { ui.alarm = "idle"; draw(); } }, CONFIRM_MS);
}

/** Not through act(): an alarm waits for no other request and for no link. */
async function raise() {
  const [path, body] = requests.alarm(ui.state ?? { id: ownId() });
  ui.alarm = "sent";
  draw();
  try {
    await post(path, body, { key: newKey() });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    ui.alarm = "failed";
  }
  setTimeout(() => { ui.alarm = "idle"; draw(); }, SAID_MS);
  draw();
}

function speak(lang) {
  localStorage.setItem(LANGUAGE, lang);
  ui.lang = lang;
  document.documentElement.lang = lang;
  draw();
}

function storedLanguage() {
  const lang = localStorage.getItem(LANGUAGE);
  return lang in LANGUAGE_NAMES ? lang : null;
}

function onKey(event) {
  if (event.target.closest?.("[data-typing]")) return; // what is written to an expert calls nobody
  const name = Object.keys(KEYS).find((one) => KEYS[one] === event.key);
  if (event.key === "Escape" && ui.panel) show(null);
  if (!name || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  if (name === "primary") return pressPrimary();
  if (!ui.live || ui.panel || ui.busy) return;
  if (name === "hold" && !ui.state.current && ui.state.held.length) act("resume", { service_event: ui.state.held[0].service_event });
  else if (offered(ui.state).includes(name)) press(name);
}

function onState(state) {
  const left = ui.state?.current?.service_event !== state.current?.service_event;
  if (left && ui.panel) Object.assign(ui, { panel: null, form: {} });
  if (left) ui.expertFor = "";
  ui.state = state;
  ui.support.told(state);
  if (!ui.lang) speakQuietly(state.house);
  draw();
}

function speakQuietly(lang) {
  ui.lang = lang;
  document.documentElement.lang = lang;
}

function onBeat({ time, local }) {
  Object.assign(ui, { point: { time: Date.parse(time), at: performance.now() }, local });
  draw();
}

function onLive(live) {
  Object.assign(ui, { live }, live ? {} : { local: "", point: null });
  ui.support.live(live);
  draw();
}

if (ui.lang) speakQuietly(ui.lang);
await loadMessages(["counter"], Object.keys(LANGUAGE_NAMES));
if ((await signInFromAddress()) === "refused") goSignIn();
addEventListener("keydown", onKey);
draw();
connect({ view: "counter", id: ownId(), onState, onBeat, onLive, onRefused: goSignIn, idle: () => !ui.panel && !ui.state?.current && !ui.support.session });
