// Files of the session at the desk: a PDF on its way to the booth's printer, stills of the document on their way here
// (docs/remote-service.md, "Files on the booth leg"). Memory only; all is forgotten with the session.
import { newKey } from "/ui/shared/api.js";

export const MOST = 20 * 2 ** 20; // bytes of one file, both ways
const CHUNK = 16 * 1024;
const AHEAD = 1024 * 1024; // bytes given to the channel beyond what has left
const TOLD_EACH = 256 * 1024; // bytes between two "got"
const STILLS_MOST = 20; // of one session; older ones go

/** Why this file may not be sent, "" if it may. */
export async function unfit(file) {
  if (file.size > MOST) return "too_large";
  try {
    const [head, tail] = [await file.slice(0, 5).text(), await file.slice(-1024).text()];
    return head === "%PDF-" && tail.includes("%%EOF") ? "" : "no_pdf"; // as the booth judges it (drivers/media/files.py)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return "unreadable"; // moved, deleted, or not this user's
  }
}

export class Files {
  /** @param {() => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /** Newest first: {id, kind, name, size, got, state, cause, url}. state of a print: waiting | sending | offered |
   * printed | failed; of a still: asked | coming | ready | failed. */
  list = [];
  #changed;
  #channel = null;
  #bytes = new Map(); // id -> ArrayBuffer of a print that has not wholly arrived
  #sending = null; // id
  #coming = null; // {entry, header, parts, told}

  get(id) {
    return this.list.find((one) => one.id === id);
  }

  /** @param {File} file one that is not `unfit` */
  async print(file) {
    const entry = this.#add({ kind: "print", name: file.name.slice(0, 120), size: file.size, state: "waiting" });
    try {
      const bytes = await file.arrayBuffer();
      if (this.get(entry.id)) this.#bytes.set(entry.id, bytes); // the session may be over by now
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.set(entry.id, { state: "failed", cause: "unreadable" });
    }
    this.#next();
    return entry;
  }

  /** A still is about to be asked for. */
  still() {
    const stills = this.list.filter((one) => one.kind === "still");
    if (stills.length >= STILLS_MOST) this.#remove(stills.at(-1));
    return this.#add({ kind: "still", name: "", size: 0, state: "asked" });
  }

  /** Too long for one that is still asked for: of the customer, or (`sent`) of the booth. */
  lapse(id, sent, cause) {
    const entry = this.get(id);
    if (entry?.state === "asked" && Boolean(entry.sent) === sent) this.set(id, { state: "failed", cause });
  }

  /** The customer can not answer any more. */
  unanswered() {
    for (const one of this.list) if (one.kind === "still") this.lapse(one.id, false, "interrupted");
  }

  set(id, change) {
    const entry = this.get(id);
    if (entry) Object.assign(entry, change);
    this.#changed();
  }

  /** A channel to the booth; what was on its way begins again. */
  attach(channel) {
    this.#channel = channel;
    channel.bufferedAmountLowThreshold = AHEAD / 2;
    channel.onmessage = ({ data }) => channel === this.#channel && this.#take(data);
    this.#next();
  }

  /** The channel is gone with its connection. */
  detach() {
    this.#channel = null;
    this.#sending = null;
    if (this.#coming) this.set(this.#coming.entry.id, { state: "failed", cause: "interrupted" });
    this.#coming = null;
    for (const one of this.list) {
      if (one.state === "sending") this.set(one.id, { state: "waiting", got: 0 });
      if (one.state === "coming" || (one.state === "asked" && one.sent)) this.set(one.id, { state: "failed", cause: "interrupted" });
    }
  }

  wipe() {
    for (const one of this.list) if (one.url) URL.revokeObjectURL(one.url);
    this.list = [];
    this.#bytes.clear();
    this.#coming = null;
    this.#channel = null;
    this.#changed();
  }

  // ---- to the booth

  async #next() {
    const entry = this.list.findLast((one) => one.state === "waiting" && this.#bytes.has(one.id));
    const channel = this.#channel;
    if (!entry || this.#sending || channel?.readyState !== "open") return;
    this.#sending = entry.id;
    this.set(entry.id, { state: "sending", got: 0 });
    const bytes = this.#bytes.get(entry.id);
    const sha256 = await digest(bytes);
    if (channel !== this.#channel) return;
    const { id, name, kind, size } = entry;
    try {
      channel.send(JSON.stringify({ t: "file", id, name, kind, size, sha256 }));
      for (let at = 0; at < bytes.byteLength && entry.state === "sending"; at += CHUNK) {
        if (channel.bufferedAmount > AHEAD) await drained(channel);
        channel.send(bytes.slice(at, at + CHUNK));
      }
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // the channel is gone: the next one begins again
    }
    if (this.#sending === id) this.#sending = null;
    this.#next();
  }

  // ---- from the booth

  #take(data) {
    if (typeof data !== "string") return this.#chunk(data);
    const said = parsed(data);
    const entry = said && this.get(said.id);
    if (said?.t === "file") return this.#header(said, entry);
    if (!entry) return undefined;
    if (said.t === "got") return this.#got(entry, said.bytes);
    if (said.t === "printed") return this.#done(entry, { state: "printed" });
    if (said.t === "refused") return this.#done(entry, { state: "failed", cause: String(said.why) });
    return undefined;
  }

  #got(entry, bytes) {
    if (entry.kind !== "print" || !["sending", "waiting"].includes(entry.state)) return;
    if (bytes >= entry.size) this.#done(entry, { state: "offered", got: entry.size });
    else this.set(entry.id, { got: Number(bytes) || 0 });
  }

  #done(entry, change) {
    this.#bytes.delete(entry.id);
    this.set(entry.id, change);
  }

  /** Only what was asked for is taken: a picture of a bearable size. */
  #header(header, entry) {
    const fits = Number.isInteger(header.size) && header.size > 0 && header.size <= MOST && header.kind === "still";
    if (!entry || entry.kind !== "still" || entry.state === "ready" || !fits) {
      this.#coming = null;
      return this.#tell({ t: "refused", id: String(header.id), why: fits ? "not_asked" : "too_large" });
    }
    this.#coming = { entry, header, parts: [], got: 0, told: 0 };
    return this.set(entry.id, { state: "coming", size: header.size, got: 0, name: String(header.name ?? "").slice(0, 120) });
  }

  #chunk(data) {
    const coming = this.#coming;
    if (!coming) return;
    coming.parts.push(data);
    coming.got += data.byteLength;
    const done = coming.got >= coming.entry.size;
    if (done || coming.got - coming.told >= TOLD_EACH) {
      coming.told = coming.got;
      this.#tell({ t: "got", id: coming.entry.id, bytes: coming.got });
    }
    this.set(coming.entry.id, { got: coming.got });
    if (!done) return;
    this.#coming = null;
    this.#whole(coming);
  }

  async #whole({ entry, header, parts, got }) {
    const blob = new Blob(parts);
    const bytes = await blob.arrayBuffer();
    const type = pictureType(new Uint8Array(bytes.slice(0, 4)));
    const right = got === header.size && (await digest(bytes)) === header.sha256;
    if (!this.get(entry.id)) return; // the session is over
    if (!right || !type) return this.set(entry.id, { state: "failed", cause: right ? "no_picture" : "damaged" });
    this.set(entry.id, { state: "ready", url: URL.createObjectURL(new Blob([bytes], { type })) });
  }

  #tell(message) {
    if (this.#channel?.readyState === "open") this.#channel.send(JSON.stringify(message));
  }

  #add(more) {
    const entry = { id: `f-${newKey()}`, got: 0, cause: "", url: "", ...more };
    this.list = [entry, ...this.list];
    this.#changed();
    return entry;
  }

  #remove(entry) {
    if (entry.url) URL.revokeObjectURL(entry.url);
    this.list = this.list.filter((one) => one !== entry);
  }
}

const drained = (channel) =>
  new Promise((resolve) => {
    channel.addEventListener("bufferedamountlow", resolve, { once: true });
    channel.addEventListener("close", resolve, { once: true });
  });

async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function pictureType(head) {
  if (head[0] === 0xff && head[1] === 0xd8) return "image/jpeg";
  return head[0] === 0x89 && head[1] === 0x50 && head[2] === 0x4e && head[3] === 0x47 ? "image/png" : "";
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null; // not ours
  }
}
