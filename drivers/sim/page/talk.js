// What host and printer said to each other, a line each; it follows unless it is held still.

import { element } from "./words.js";

const POLL_MS = 400;
const LINES = 300;
const WHO = { in: "host →", out: "← printer", event: "here" };

export function followTalk(id, section) {
  const body = section.querySelector(".talk tbody");
  const box = section.querySelector(".talk .lines");
  const pause = section.querySelector(".pause");
  const lines = new Map();
  let last = 0;

  pause.addEventListener("click", () => {
    pause.setAttribute("aria-pressed", String(pause.getAttribute("aria-pressed") !== "true"));
  });

  async function ask() {
    if (pause.getAttribute("aria-pressed") === "true" || section.querySelector(".desk").offsetParent === null) return;
    // The newest may have grown: ask for it again.
    const path = `/printers/${encodeURIComponent(id)}/conversation?after=${Math.max(0, last - 1)}`;
    const answer = await fetch(path, { signal: AbortSignal.timeout(3000) });
    const { entries } = await answer.json();
    if (entries.length && entries.at(-1).n < last) { lines.clear(); body.replaceChildren(); last = 0; }
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    for (const entry of entries) {
      const row = line(entry);
      if (lines.has(entry.n)) lines.get(entry.n).replaceWith(row);
      else body.append(row);
      lines.set(entry.n, row);
      last = Math.max(last, entry.n);
    }
    while (body.children.length > LINES) body.firstElementChild.remove();
    if (atEnd && entries.length > 1) box.scrollTop = box.scrollHeight;
  }

  async function watch() {
    await ask().catch(() => {});
    setTimeout(watch, POLL_MS);
  }

  watch();
}

function line(entry) {
  const row = element("tr", entry.way);
  const more = entry.bytes > entry.hex.length / 3 + 1 ? ` … ${entry.bytes} bytes` : "";
  const cells = [new Date(entry.at).toISOString().slice(11, 23), WHO[entry.way], entry.name, entry.says, entry.hex + more];
  row.append(...cells.map((said, at) => element("td", at === 4 ? "hex" : "", said)));
  return row;
}
