// The page of simulated printers: asks for their state, and shows paper, machine and desk.

import { showDesk, makeDesk } from "./desk.js";
import { showPaper } from "./paper.js";
import { condition, PRESSED } from "./words.js";
import { followTalk } from "./talk.js";

const POLL_MS = 300;
const cards = new Map();

function card(id) {
  if (!cards.has(id)) {
    const home = document.getElementById("printers");
    home.querySelector(".waiting")?.remove();
    home.append(document.getElementById("printer").content.cloneNode(true));
    const section = home.lastElementChild;
    section.querySelector("h1").textContent = id;
    makeDesk(section);
    section.addEventListener("click", (event) => press(id, section, event.target.closest("button")));
    cards.set(id, { section, shown: new Map(), first: true });
    followTalk(id, section);
  }
  return cards.get(id);
}

// A fault of the desk strikes when its form says; one of the short row strikes at once.
function fault(section, button) {
  const wish = { kind: button.dataset.fault };
  if (button.dataset.loses) wish.lose_counter = true;
  const form = button.closest(".desk") && section.querySelector(".when");
  const when = form?.elements.when.value;
  if (when && when !== "now" && wish.kind !== "clear") wish[when] = Number(form.elements[when].value);
  return wish;
}

async function press(id, section, button) {
  const { fault: kind, button: name } = button?.dataset ?? {};
  if (!kind && !name) return;
  const [path, body] = kind ? ["faults", fault(section, button)] : ["buttons", { button: name }];
  const answer = await fetch(`/printers/${encodeURIComponent(id)}/${path}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  }).catch(() => null);
  const refused = answer && !answer.ok ? (await answer.json()).detail : "";
  section.querySelector(".armed").dataset.refused = refused;
  look();
}

function show(printer) {
  const known = card(printer.id);
  const { section } = known;
  const c = printer.condition;
  const [text, bad] = condition(c);
  const state = section.querySelector(".state");
  if (state.textContent !== text) state.textContent = text;
  state.classList.toggle("bad", bad);
  section.querySelector(".power").classList.toggle("on", c.powered);
  section.querySelector(".error").classList.toggle("on", c.powered && c.offline);
  section.querySelector(".paper").classList.toggle("on", c.powered && c.causes.some((x) => x === "paper_out" || x === "near_end"));
  for (const button of section.querySelectorAll("button[data-fault]")) {
    const is = PRESSED[button.dataset.fault];
    if (is) button.setAttribute("aria-pressed", String(is(c)));
  }
  const metres = (printer.counters.rows / 8000).toFixed(2);
  const unknown = Object.keys(printer.unknown_commands).length;
  section.querySelector(".numbers").textContent =
    `${printer.counters.cuts} cuts · ${metres} m · ${printer.bytes.received} bytes received · port ${printer.port}` +
    (unknown ? ` · ${unknown} unknown commands` : "");
  showPaper(known, printer);
  showDesk(section, printer);
}

function lost() {
  for (const { section } of cards.values()) {
    const state = section.querySelector(".state");
    state.textContent = "The simulator does not answer: this is old";
    state.classList.add("bad");
  }
}

async function look() {
  try {
    const answer = await fetch("/printers", { signal: AbortSignal.timeout(3000) });
    (await answer.json()).printers.forEach(show);
  } catch {
    lost();
  }
}

async function watch() {
  await look();
  setTimeout(watch, POLL_MS);
}

watch();
