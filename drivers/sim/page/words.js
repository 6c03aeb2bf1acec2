// What the page says of a printer's condition.

const CAUSES = {
  paper_out: "paper out", near_end: "paper near end", cover_open: "cover open", cutter_jam: "cutter jammed",
  recoverable_error: "stopped mid print", feed_button: "feed button", cover: "cover opened", jam: "cutter jammed",
  power: "power cut", cleared: "buffer cleared", stall: "stalled",
};

export const FAULTS = [
  ["paper_out", "Paper out", "stops in the middle of whatever it prints"],
  ["near_end", "Paper near end", "warns, and prints on"],
  ["cover", "Open the cover", "stops; an error when it was printing"],
  ["jam", "Jam the cutter", "the cut is not made until repair"],
  ["stall", "Stall", "stands still and says all is well: your writes are held back"],
  ["silent", "Silent", "takes and prints, answers nothing"],
  ["trickle", "One byte at a time", "reads and answers a byte at a time"],
  ["torn", "Torn command", "as if a sender had died inside a picture: what comes next is swallowed"],
  ["drop", "Drop the line", "the connection is reset"],
  ["power", "Power cut", "buffers lost; back after a second"],
  ["power", "Power cut, count lost", "the same, and the last cut was not yet counted"],
  ["nv_erased", "New mainboard", "its NV pictures are gone"],
];

export const PRESSED = {
  paper_out: (c) => c.causes.includes("paper_out"), near_end: (c) => c.causes.includes("near_end"),
  cover: (c) => c.causes.includes("cover_open"), jam: (c) => c.causes.includes("cutter_jam"),
  silent: (c) => c.silent, stall: (c) => c.stalled, trickle: (c) => c.trickle, power: (c) => !c.powered,
};

export const words = (causes) => causes.map((cause) => CAUSES[cause] ?? cause).join(", ");

export function condition(c) {
  if (!c.powered) return ["No power: back in a moment", true];
  const parts = [];
  if (c.causes.length) parts.push(words(c.causes));
  if (c.stalled) parts.push("stands still, and says that all is well");
  if (c.silent) parts.push("prints, but answers nothing");
  if (c.trickle) parts.push("one byte at a time");
  if (!parts.length) return [c.printing ? "Printing…" : "Ready", false];
  const text = parts.join("; ");
  return [text[0].toUpperCase() + text.slice(1), c.offline || c.silent || c.stalled];
}

export function element(name, className, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
