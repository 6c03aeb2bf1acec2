// Real-time text over a data channel: what is typed goes out as it is typed (EN 301 549 6.2: at most 500 ms).
// The channel carries T.140 text as RFC 8865 has it: plain characters, BACKSPACE (U+0008) takes the last one away,
// LINE SEPARATOR (U+2028) begins a new line.

export const BUFFER_MS = 300; // RFC 4103 5.1: "at most every 300 ms"
export const BACKSPACE = "\u0008";
export const NEW_LINE = "\u2028";
const UNSENT_MOST = 4000; // characters typed while there was no channel
const HEARD_MOST = 2000; // characters in one message that are taken

export class Typing {
  /** `send(text) -> bool`: whether there was a channel to send it by. */
  constructor(send) {
    this.#send = send;
  }

  #send;
  #unsent = "";
  #timer = 0;
  #sentAt = -Infinity;

  type(text) {
    this.#add(text.replaceAll(/\r\n?|\n/g, NEW_LINE));
  }

  erase(n = 1) {
    this.#add(BACKSPACE.repeat(Math.min(n, UNSENT_MOST)));
  }

  /** The first character goes at once, those that follow are gathered for 300 ms. */
  #add(text) {
    this.#unsent = (this.#unsent + text).slice(-UNSENT_MOST);
    if (this.#timer) return;
    const due = BUFFER_MS - (performance.now() - this.#sentAt);
    if (due <= 0) this.flush();
    else this.#timer = setTimeout(() => this.flush(), due);
  }

  flush() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (!this.#unsent || !this.#send(this.#unsent)) return;
    this.#unsent = "";
    this.#sentAt = performance.now();
  }

  wipe() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#unsent = "";
  }
}

/** What a message of the channel says, step by step: {insert: text} | {erase: n}; control characters are dropped. */
export function steps(message) {
  const said = [];
  for (const part of String(message).slice(0, HEARD_MOST).match(/\u0008+|[^\u0008]+/g) ?? []) {
    if (part[0] === BACKSPACE) said.push({ erase: part.length });
    else {
      const insert = part.replaceAll(NEW_LINE, "\n").replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f\ufeff]/g, "");
      if (insert) said.push({ insert });
    }
  }
  return said;
}

/** The text after these steps; a character is what a reader calls one, not a code unit. */
export function applied(text, step) {
  if (step.insert !== undefined) return text + step.insert;
  return characters(text).slice(0, -step.erase).join("");
}

/**
 * The step from one content of the field to the next, as the channel says it: take so many back, then add this.
 * Only the end can be taken back, so a change in the middle takes back all that follows it.
 * @returns {{erase: number, insert: string}}
 */
export function change(before, after) {
  const [old, now] = [characters(before), characters(after)];
  let same = 0;
  while (same < old.length && same < now.length && old[same] === now[same]) same += 1;
  return { erase: old.length - same, insert: now.slice(same).join("") };
}

const splitter = globalThis.Intl?.Segmenter ? new Intl.Segmenter() : null;
export const characters = (text) => (splitter ? [...splitter.segment(text)].map((one) => one.segment) : [...text]);
