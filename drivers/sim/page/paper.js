// The roll: what hangs out of the slot while it is printed, and each piece that was cut.

import { element, words } from "./words.js";

const SPEED_DOTS_S = 1600; // 200 mm/s, as the real thing; the slide takes as long as the printing did
const PAPER_DOTS = 640;

export function showPaper(known, printer) {
  const roll = known.section.querySelector(".roll");
  const wasOut = Boolean(known.hanging);
  hang(known, roll, printer);
  for (const piece of printer.pieces) {
    if (known.shown.has(piece.n)) continue;
    const item = cutPiece(piece);
    known.shown.set(piece.n, item);
    roll.insertBefore(item, known.hanging ? known.hanging.nextSibling : roll.firstChild);
    if (!known.first && !wasOut) slide(roll, item, piece);
  }
  const there = new Set(printer.pieces.map((piece) => piece.n));
  for (const [n, item] of known.shown) if (!there.has(n)) { item.remove(); known.shown.delete(n); }
  known.first = false;
}

// Paper that nobody has cut: shown as soon as something stands on it.
function hang(known, roll, printer) {
  const { rows, out_mm: out, inked } = printer.hanging;
  if (!inked) {
    known.hanging?.remove();
    known.hanging = null;
    return;
  }
  if (!known.hanging) {
    known.hanging = element("li", "hanging");
    const image = new Image();
    image.alt = "Paper that is not cut yet";
    known.hanging.append(image, element("div", "tag"));
    roll.prepend(known.hanging);
  }
  const image = known.hanging.querySelector("img");
  const source = `/printers/${encodeURIComponent(printer.id)}/paper/hanging.png?rows=${rows}-${printer.counters.cuts}`;
  if (image.getAttribute("src") !== source) image.src = source;
  known.hanging.querySelector(".tag").textContent = printer.condition.printing && !printer.condition.offline && !printer.condition.stalled
    ? `printing: ${out} mm are out` : `not cut: ${out} mm hang out, 18 mm are inside`;
}

function cutPiece(piece) {
  const item = element("li");
  const name = String(piece.n).padStart(4, "0");
  const link = element("a");
  link.href = piece.png;
  link.target = "_blank";
  const image = new Image(PAPER_DOTS, piece.height);
  image.alt = `Piece ${name} of simulated paper${piece.scrap ? ", scrap" : ""}`;
  image.src = piece.png;
  link.append(image);
  const edge = element("div", "edge", piece.cut === "full" ? "✂ full cut" : "✂ partial cut");
  const tag = element("div", "tag");
  const files = element("span", "files");
  for (const kind of ["txt", "bin"]) {
    const file = element("a", "", kind === "txt" ? "text" : "bytes");
    file.href = piece[kind];
    file.target = "_blank";
    files.append(file, " ");
  }
  tag.append(element("span", "", `${name} · simulated`), element("span", "why", words(piece.interruptions)),
    files, element("span", "", new Date(piece.at).toLocaleTimeString("en-GB")));
  item.append(link, edge, tag);
  if (piece.scrap) item.classList.add("scrap");
  else if (piece.interruptions.length) item.classList.add("interrupted");
  return item;
}

function slide(roll, item, piece) {
  roll.scrollTop = 0;
  const tall = (item.clientWidth / PAPER_DOTS) * piece.height + 44;
  item.style.setProperty("--tall", `${tall}px`);
  item.style.setProperty("--takes", `${Math.max(0.25, piece.height / SPEED_DOTS_S)}s`);
  item.classList.add("new");
  item.addEventListener("animationend", (event) => { if (event.target === item) item.classList.remove("new"); });
}
