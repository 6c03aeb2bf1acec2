/* The technician's page: link, language, contrast, and the tests that follow from a press. */
import { connect } from "/ui/shared/link.js";
import { LANGUAGE_NAMES, loadMessages, speaker } from "/ui/shared/i18n.js";
import { newKey, post, Problem } from "/ui/shared/api.js";
import { drawer } from "/ui/shared/page.js";
import { goSignIn, signInFromAddress } from "/ui/shared/sign-in.js";
import { nameOf, testWords } from "/ui/technician/words.js";
import { view } from "/ui/technician/view.js";

const LANGUAGE = "luukku.technician.language"; // in localStorage, as is the next
const CONTRAST = "luukku.technician.contrast";

const ui = {
  state: null, live: null, lang: storedLanguage(), contrast: storedContrast(), local: "", point: null,
  busy: new Set(), problems: new Map(), heard: "", copied: null,
  age: (iso) => (ui.point && iso ? pointNow() - Date.parse(iso) : 0),
  test, newRoll, copy, speak, pressContrast,
};
const draw = drawer(() => view(ui.state, ui));

/** The point's own clock, in ms. It stands while the link is down: what is shown is as old as the last word of it. */
function pointNow() {
  return ui.point.time + (ui.live ? performance.now() - ui.point.at : 0);
}

/** Try one device; what came of it is in the next state, and is said aloud. */
function test(device) {
  return asked(device, "test", { kind: device.kind, paper: device.kind === "printer" }, (said, t) => testWords(said, device, t));
}

/** A full roll was put in, which the printer's sensors may not have seen. */
function newRoll(device) {
  return asked(device, "roll", {}, (_, t) => t("technician-roll-noted"));
}

/** One request about one device at a time; `words` say aloud what came of it. */
async function asked(device, what, wish, words) {
  const name = nameOf(device);
  if (ui.busy.has(name) || !ui.live) return;
  const t = speaker(ui.lang, ui.state.house);
  ui.busy.add(name);
  ui.problems.delete(name);
  ui.heard = t("technician-testing");
  draw();
  try {
    const said = await post(`/devices/${encodeURIComponent(device.id)}/${what}`, wish, { key: newKey() });
    ui.heard = t("technician-test-heard", { device: device.id, result: words(said, t) });
  } catch (error) {
    failed(error, device, t);
  } finally {
    ui.busy.delete(name);
    draw();
  }
}

function failed(error, device, t) {
  if (!(error instanceof Problem)) throw error;
  if (error.status === 401) goSignIn();
  const id = `technician-problem-${error.problem}`;
  const words = t(id) === id ? t("technician-problem-other", { detail: error.detail || error.problem }) : t(id);
  ui.problems.set(nameOf(device), words);
  ui.heard = t("technician-test-heard", { device: device.id, result: words });
}

/** The lines of an unknown device for the config. Where the browser gives no clipboard, they are marked for copying. */
async function copy(stanza, event) {
  const lines = event.currentTarget.closest("li").querySelector("pre");
  const t = speaker(ui.lang, ui.state?.house);
  const done = await navigator.clipboard?.writeText(stanza).then(() => true, () => false);
  if (!done) getSelection().selectAllChildren(lines);
  ui.copied = { stanza, words: done ? "technician-copied" : "technician-copy-select" };
  ui.heard = t(ui.copied.words);
  draw();
}

function speak(lang) {
  localStorage.setItem(LANGUAGE, lang);
  ui.lang = document.documentElement.lang = lang;
  ui.heard = "";
  draw();
}

function pressContrast() {
  ui.contrast = !ui.contrast;
  localStorage.setItem(CONTRAST, ui.contrast ? "high" : "normal");
  showContrast();
  draw();
}

function showContrast() {
  if (ui.contrast) document.documentElement.dataset.contrast = "high";
  else delete document.documentElement.dataset.contrast;
}

function storedLanguage() {
  const lang = localStorage.getItem(LANGUAGE);
  return lang in LANGUAGE_NAMES ? lang : null;
}

function storedContrast() {
  const chosen = localStorage.getItem(CONTRAST);
  return chosen ? chosen === "high" : matchMedia("(prefers-contrast: more)").matches;
}

function onState(state) {
  ui.state = state;
  if (!ui.lang) ui.lang = document.documentElement.lang = state.house;
  draw();
}

function onBeat({ time, local }) {
  Object.assign(ui, { point: { time: Date.parse(time), at: performance.now() }, local });
  draw();
}

function onLive(live) {
  if (!live && ui.point) ui.point = { time: pointNow(), at: performance.now() };
  ui.live = live;
  draw();
}

showContrast();
if (ui.lang) document.documentElement.lang = ui.lang;
await loadMessages(["technician"], Object.keys(LANGUAGE_NAMES));
if ((await signInFromAddress()) === "refused") goSignIn();
draw();
connect({ view: "technician", onState, onBeat, onLive, onRefused: goSignIn, idle: () => ui.busy.size === 0 });
