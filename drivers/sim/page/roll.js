// The paper roll page: asks the simulator for its state and shows each new piece of paper coming out of the slot.

const POLL_MS = 300;
const SPEED_DOTS_S = 1600; // 200 mm/s, as the real thing; the slide takes as long as the printing did
const PAPER_DOTS = 640;
const CAUSES = {
  paper_out: "paper out", near_end: "paper near end", cover_open: "cover open", cutter_jam: "cutter jammed",
  recoverable_error: "stopped mid print", feed_button: "feed button", cover: "cover opened", jam: "cutter jammed",
  power: "power cut", cleared: "buffer cleared",
};
const PRESSED = { paper_out: "paper_out", near_end: "near_end", cover: "cover_open", jam: "cutter_jam" };
const cards = new Map();
let firstLook = true;

const words = (causes) => causes.map((cause) => CAUSES[cause] ?? cause).join(", ");

function card(id) {
  if (!cards.has(id)) {
    const home = document.getElementById("printers");
    home.querySelector(".waiting")?.remove();
    home.append(document.getElementById("printer").content.cloneNode(true));
    const section = home.lastElementChild;
    section.querySelector("h1").textContent = id;
    section.addEventListener("click", (event) => press(id, event.target.closest("button")));
    cards.set(id, { section, shown: new Map() });
  }
  return cards.get(id);
}

async function press(id, button) {
  if (!button) return;
  const [path, body] = button.dataset.fault
    ? ["faults", { kind: button.dataset.fault }] : ["buttons", { button: button.dataset.button }];
  await fetch(`/printers/${encodeURIComponent(id)}/${path}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  }).catch(() => {});
  look();
}

function condition(c) {
  if (!c.powered) return ["No power: back in a moment", true];
  const parts = [];
  if (c.causes.length) parts.push(words(c.causes));
  if (c.silent) parts.push("prints, but answers nothing");
  if (!parts.length) return [c.printing ? "Printing…" : "Ready", false];
  const text = parts.join("; ");
  return [text[0].toUpperCase() + text.slice(1), c.offline || c.silent];
}

function show(printer) {
  const { section, shown } = card(printer.id);
  const c = printer.condition;
  const [text, bad] = condition(c);
  const state = section.querySelector(".state");
  if (state.textContent !== text) state.textContent = text;
  state.classList.toggle("bad", bad);
  section.querySelector(".power").classList.toggle("on", c.powered);
  section.querySelector(".error").classList.toggle("on", c.powered && c.offline);
  section.querySelector(".paper").classList.toggle("on", c.powered && c.causes.some((x) => x === "paper_out" || x === "near_end"));
  for (const button of section.querySelectorAll("button[data-fault]")) {
    const kind = button.dataset.fault;
    const on = kind === "silent" ? c.silent : kind === "power" ? !c.powered : c.causes.includes(PRESSED[kind]);
    if (kind !== "clear" && kind !== "drop") button.setAttribute("aria-pressed", String(on));
  }
  const metres = (printer.counters.rows / 8000).toFixed(2);
  const unknown = Object.keys(printer.unknown_commands).length;
  section.querySelector(".numbers").textContent =
    `${printer.counters.cuts} cuts · ${metres} m · ${printer.bytes.received} bytes received · port ${printer.port}` +
    (unknown ? ` · ${unknown} unknown commands` : "");
  for (const piece of printer.pieces) if (!shown.has(piece.n)) shown.set(piece.n, out(section, piece));
  const known = new Set(printer.pieces.map((piece) => piece.n));
  for (const [n, item] of shown) if (!known.has(n)) { item.remove(); shown.delete(n); }
}

function out(section, piece) {
  const roll = section.querySelector(".roll");
  const item = document.createElement("li");
  const name = String(piece.n).padStart(4, "0");
  const link = document.createElement("a");
  link.href = piece.png;
  link.target = "_blank";
  const image = new Image(PAPER_DOTS, piece.height);
  image.alt = `Piece ${name} of simulated paper${piece.scrap ? ", scrap" : ""}`;
  image.src = piece.png;
  link.append(image);
  const tag = document.createElement("div");
  tag.className = "tag";
  tag.append(span("", `${name} · simulated`), span("why", words(piece.interruptions)),
    span("", new Date(piece.at).toLocaleTimeString("en-GB")));
  item.append(link, tag);
  if (piece.scrap) item.classList.add("scrap");
  else if (piece.interruptions.length) item.classList.add("interrupted");
  roll.prepend(item);
  if (!firstLook) slide(roll, item, piece);
  return item;
}

function span(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

function slide(roll, item, piece) {
  roll.scrollTop = 0;
  const tall = (item.clientWidth / PAPER_DOTS) * piece.height + 24;
  item.style.setProperty("--tall", `${tall}px`);
  item.style.setProperty("--takes", `${Math.max(0.25, piece.height / SPEED_DOTS_S)}s`);
  item.classList.add("new");
  item.addEventListener("animationend", (event) => { if (event.target === item) item.classList.remove("new"); });
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
    firstLook = false;
  } catch {
    lost();
  }
}

async function watch() {
  await look();
  setTimeout(watch, POLL_MS);
}

watch();
