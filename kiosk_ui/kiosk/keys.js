// Keypad and keyboard: digits pick, 0 goes to the start, arrows walk, Escape steps back; a code is typed as it comes.
// Home goes to the start in silence, and from there ends the session; volume keys are the customer's own level.
import { LONGEST_CODE } from "/ui/kiosk/code.js";

const FORWARD = new Set(["ArrowDown", "ArrowRight"]);
const VOLUME = { AudioVolumeUp: 1, AudioVolumeDown: -1 };
const HOME = new Set(["Home", "End", "BrowserHome"]);
const BACKWARD = new Set(["ArrowUp", "ArrowLeft"]);

/** @param {() => object} session; @param {object} actions as in main.js */
export function listenToKeys(session, actions) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    document.documentElement.toggleAttribute("data-keys", true);
    const writes = event.isTrusted && actions.writes?.(); // the point's own keypad has commands, no letters
    if (writes && brings(event.key)) return;
    if ((writes && actions.corrects(event.key)) || take(event.key, session(), actions)) event.preventDefault();
  });
  document.addEventListener("keypress", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !actions.writes?.() || !brings(event.key)) return;
    actions.type(event.key);
    event.preventDefault();
  });
  document.addEventListener("pointerdown", () => document.documentElement.toggleAttribute("data-keys", false));
}

/** Whether a letter comes of it, by keypress: there it has the accent of the dead key before it, which keydown lacks. */
const brings = (key) => key === "Dead" || [...key].length === 1;

function take(key, session, actions) {
  if (key in VOLUME) return actions.volume(VOLUME[key]), true;
  if (HOME.has(key)) return actions.leave(), true;
  if (FORWARD.has(key)) return walk(1);
  if (BACKWARD.has(key)) return walk(-1);
  if (key === "Escape") return actions.home(), true;
  if (session.step === "code" && !session.asking) return typeCode(key, session, actions);
  if (key === "0") return actions.home(), true;
  return /^[1-9]$/.test(key) ? press(key) : false;
}

function typeCode(key, session, actions) {
  if (/^[0-9A-Za-z]$/.test(key) && session.code.length < LONGEST_CODE) return actions.typeCode(key.toUpperCase()), true;
  if (key === "Backspace") return actions.eraseCode(), true;
  if (key === "Enter" && !(document.activeElement instanceof HTMLButtonElement)) return actions.sendCode(), true;
  return false;
}

const scope = () => document.querySelector("dialog[open]") ?? document.body;

function press(digit) {
  const button = scope().querySelector(`[data-digit="${digit}"]:not(:disabled)`);
  button?.click();
  return Boolean(button);
}

function walk(step) {
  const all = [...scope().querySelectorAll("button:not(:disabled)")].filter((one) => one.checkVisibility());
  const at = all.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length;
  all[next]?.focus();
  return true;
}
