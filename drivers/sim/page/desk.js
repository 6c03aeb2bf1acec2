// The desk beside the printer: lamps in words, everything that can happen, its memory.

import { element, FAULTS } from "./words.js";

export function makeDesk(section) {
  const home = section.querySelector(".faults");
  let power = 0;
  for (const [kind, name, means] of FAULTS) {
    const button = element("button", "", name);
    button.dataset.fault = kind;
    if (kind === "power" && power++) button.dataset.loses = "1";
    button.append(element("small", "", means));
    home.append(button);
  }
  const feed = element("button", "", "Feed button");
  feed.dataset.button = "feed";
  feed.append(element("small", "", "one line of paper"));
  const repair = element("button", "repair", "Repair everything");
  repair.dataset.fault = "clear";
  repair.append(element("small", "", "paper in, cover shut, blade free, speaking; buffers are kept"));
  home.append(feed, repair);
  section.querySelector(".when").addEventListener("submit", (event) => event.preventDefault());
  section.querySelector(".when").addEventListener("focusin", (event) => {
    const { name, type } = event.target;
    if (type === "number") section.querySelector(`.when [value="${name}"]`).checked = true;
  });
}

export function showDesk(section, printer) {
  lamps(section.querySelector(".lamps"), printer);
  const first = section.querySelector(".try");
  first.hidden = !printer.port;
  text(first.querySelector("code"), `printf 'Hello!\\n\\035VA\\000' | nc -N ${location.hostname} ${printer.port}`);
  text(section.querySelector(".doors"), printer.doors.join(", ") || "nothing: no line");
  const armed = section.querySelector(".armed");
  const waiting = printer.armed.map((one) => `${one.kind} ${left(one)}`).join("; ");
  text(armed, armed.dataset.refused || (waiting ? `Waiting: ${waiting}` : ""));
  armed.classList.toggle("bad", Boolean(armed.dataset.refused));
  memory(section.querySelector(".memory"), printer);
  const strange = Object.entries(printer.unknown_commands).map(([name, often]) => `${name} (${often})`);
  text(section.querySelector(".strange"), strange.length ? `Not understood or not drawn: ${strange.join(", ")}` : "");
}

const left = (one) =>
  one.bytes_left === undefined ? `in ${(one.rows_left / 8).toFixed(1)} mm` : `in ${one.bytes_left} bytes`;

function text(home, said) {
  if (home.textContent !== said) home.textContent = said;
}

function motor(c) {
  if (c.stalled) return ["stalled", "bad"];
  if (!c.printing) return ["at rest", "good"];
  return c.offline || !c.powered ? ["stopped, work left", "bad"] : ["printing", "busy"];
}

function lamps(home, printer) {
  const c = printer.condition;
  const is = (cause) => c.causes.includes(cause);
  const low = is("near_end") ? "near its end" : "enough";
  const rows = [
    ["Power", c.powered ? "on" : "off", c.powered ? "good" : "bad"],
    ["Line", c.offline ? "off line" : "on line", c.offline ? "bad" : "good"],
    ["Cover", is("cover_open") ? "open" : "closed", is("cover_open") ? "bad" : "good"],
    ["Paper", is("paper_out") ? "out" : low, is("paper_out") ? "bad" : is("near_end") ? "warn" : "good"],
    ["Cutter", is("cutter_jam") ? "jammed" : "free", is("cutter_jam") ? "bad" : "good"],
    ["Error", is("recoverable_error") ? "stopped mid print" : "none", is("recoverable_error") ? "bad" : "good"],
    ["Motor", ...motor(c)],
    ["Answers", c.silent ? "none" : c.trickle ? "byte by byte" : "at once", c.silent ? "bad" : c.trickle ? "warn" : "good"],
    ["Hosts", `${printer.connections} connected`, printer.connections ? "busy" : "idle"],
    ["Buffer", `${printer.bytes.buffered} of ${printer.bytes.buffer} bytes`, printer.bytes.room ? "idle" : "warn"],
    ["Speed", `${printer.speed_mm_s} mm/s, cut ${printer.cut_s} s`, "idle"],
  ];
  while (home.children.length < rows.length) {
    const item = element("li");
    item.append(element("i"), element("b"), element("span"));
    home.append(item);
  }
  rows.forEach(([name, said, colour], at) => {
    const [light, label, value] = home.children[at].children;
    light.className = colour;
    text(label, name);
    text(value, said);
  });
}

function memory(home, printer) {
  const { nv, counters } = printer;
  const rows = [
    ["Cuts, cumulative (GS g 178)", counters.cuts],
    ["Paper moved", `${(counters.rows / 8000).toFixed(2)} m`],
    ["Room for pictures", `${nv.free} of ${nv.capacity} bytes free`],
    ["Wear", `${nv.writes} writes (a real one: under 10 a day), ${nv.prints} printed`],
  ];
  const list = home.querySelector("dl");
  if (!list.children.length) for (const [name] of rows) list.append(element("dt", "", name), element("dd"));
  rows.forEach(([, value], at) => text(list.children[2 * at + 1], String(value)));
  const pictures = [...nv.pictures.map((p) => ({ ...p, name: `key ${p.key}` })), ...nv.images.map((p) => ({ ...p, name: `FS p ${p.n}` }))];
  const now = JSON.stringify([pictures, nv.writes]);
  const kept = home.querySelector(".kept");
  if (kept.dataset.now === now) return;
  kept.dataset.now = now;
  kept.replaceChildren(...pictures.map((picture) => {
    const item = element("li");
    const image = new Image();
    image.src = `${picture.png}?writes=${nv.writes}`;
    image.alt = "";
    item.append(image, element("span", "", `${picture.name} · ${picture.width} × ${picture.height} dots`));
    return item;
  }));
}
