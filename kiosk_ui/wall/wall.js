/* The wall's page: link, language, frames fitted to their cards, and the switch for a busy day. */
import { connect } from "/ui/shared/link.js";
import { LANGUAGE_NAMES, loadMessages } from "/ui/shared/i18n.js";
import { post, Problem } from "/ui/shared/api.js";
import { drawer } from "/ui/shared/page.js";
import { goSignIn, signInFromAddress } from "/ui/shared/sign-in.js";
import { view } from "/ui/wall/view.js";

const LANGUAGE = "luukku.wall.language"; // in localStorage
const DAY_SPEED = 60; // a day of eight hours in eight minutes

const ui = { state: null, live: null, lang: firstLanguage(), links: {}, day: undefined, problem: false, speak, play, stop };
const draw = drawer(() => view(ui.state, ui));
const fitter = new ResizeObserver((entries) => entries.forEach(({ target }) => fit(target)));

function firstLanguage() {
  const stored = localStorage.getItem(LANGUAGE) ?? navigator.language.slice(0, 2);
  return stored in LANGUAGE_NAMES ? stored : "en";
}

function speak(lang) {
  localStorage.setItem(LANGUAGE, lang);
  ui.lang = document.documentElement.lang = lang;
  draw();
}

/** Scale a frame so that the whole of it is seen: its page is drawn at a size at which it is legible. */
function fit(box) {
  const [width, height] = [Number(box.dataset.width), Number(box.dataset.height)];
  const scale = Math.min(box.clientWidth / width, box.clientHeight / height);
  const frame = box.firstElementChild;
  frame.style.setProperty("width", `${box.clientWidth / scale}px`);
  frame.style.setProperty("height", `${box.clientHeight / scale}px`);
  frame.style.setProperty("transform", `scale(${scale})`);
}

function play() {
  return day("POST", { speed: DAY_SPEED });
}

function stop() {
  return day("DELETE");
}

async function day(method, body = {}) {
  try {
    await post("/demo/day", body, { method });
    ui.problem = false;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    ui.problem = true;
  }
  draw();
}

function onState(state) {
  // a merge patch cannot carry null: once the demo has said that it can play a day, a missing one means "not now"
  const day = state.demo_day ?? (ui.day === undefined && !("demo_day" in state) ? undefined : null);
  Object.assign(ui, { state, links: state.links ?? ui.links, day });
  draw();
  queueMicrotask(() => document.querySelectorAll(".fit").forEach((box) => fitter.observe(box)));
}

function onLive(live) {
  ui.live = live;
  draw();
}

document.documentElement.lang = ui.lang;
await loadMessages(["wall"], Object.keys(LANGUAGE_NAMES));
if ((await signInFromAddress()) === "refused") goSignIn();
draw();
connect({ view: "wall", id: "wall", onState, onLive, onRefused: goSignIn });
