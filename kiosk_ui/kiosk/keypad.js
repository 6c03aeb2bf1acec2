// The kiosk's own keypad, as the daemon passes it on: a key does here what the same key of a keyboard does.

// Names as in controller/ports/inputs.py. Digits are themselves.
const AS_TYPED = {
  enter: "Enter", up: "ArrowUp", down: "ArrowDown", left: "ArrowLeft", right: "ArrowRight", next: "ArrowDown",
  help: "Help", volume_up: "AudioVolumeUp", volume_down: "AudioVolumeDown",
  home: "Home",
};
// Who feels their way by these keys listens; digits are also pressed by who sees.
const BY_EAR = new Set(["up", "down", "left", "right", "next", "help"]);

/** @param {string} name; @param {object} session; @param {object} actions as in main.js */
export function pressKey(name, session, actions) {
  const key = /^[0-9]$/.test(name) ? name : name === "back" ? backKey(session) : AS_TYPED[name];
  if (!key) return;
  if (BY_EAR.has(name)) actions.listen();
  const target = document.activeElement ?? document.body;
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  const free = target.dispatchEvent(event); // the browser does nothing more for an event that a script made
  if (free && key === "Enter" && target instanceof HTMLButtonElement) target.click();
  if (key === "Help") showTheWay(session, actions);
}

/** One letter back while a code is typed, else to the start. */
const backKey = (session) => (session.step === "code" && session.code ? "Backspace" : "Escape");

/** Help leads to the button for whoever does not know how to go on; Enter then takes it. */
function showTheWay(session, actions) {
  const way = () => document.querySelector("[data-way=general]:not(:disabled)");
  if (!way() && session.step !== "home") actions.home();
  way()?.focus();
}
