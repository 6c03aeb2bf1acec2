/* One announcement at a time: fetch the clip, play it once, always answer whether it was really heard. */

const GRACE_MS = 1500; // after the promised length; the daemon waits ms + 2 s
const UNLOCK_MS = 300; // how long a browser may take to let sound through
const REMEMBERED = 200; // clip ids kept, so that nothing is ever said twice

export class Sound {
  #answer; #changed; #context = null; #seen = []; #stop = null;
  blocked = false;

  /** `answer(id, ok, reason)` is called exactly once per clip; `changed()` when `blocked` has changed. */
  constructor(answer, changed) {
    this.#answer = answer;
    this.#changed = changed;
  }

  /** Find out whether this page may make a sound; a gesture's handler calls it to unlock. */
  async unlock() {
    const context = (this.#context ??= new AudioContext());
    if (context.state !== "running") await Promise.race([context.resume(), wait(UNLOCK_MS)]);
    this.#block(context.state !== "running");
    return !this.blocked;
  }

  /** Play what a `say` message names. */
  async say({ id, url, ms }) {
    if (this.#seen.includes(id)) return;
    this.#seen = [...this.#seen.slice(1 - REMEMBERED), id];
    if (this.#stop) return this.#answer(id, false, "busy");
    const abort = new AbortController();
    this.#stop = (reason) => abort.abort(reason);
    const timer = setTimeout(() => abort.abort("timeout"), ms + GRACE_MS);
    const reason = await this.#play(url, abort.signal).catch((error) => why(error, abort.signal));
    clearTimeout(timer);
    this.#stop = null;
    this.#answer(id, !reason, reason);
  }

  /** Fall silent at once, for instance because the page has lost the daemon. */
  hush() {
    this.#stop?.("stale");
  }

  async #play(url, signal) {
    if (!(await this.unlock())) return "blocked";
    const answer = await fetch(url, { signal, credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) return "unreachable";
    const clip = await this.#context.decodeAudioData(await answer.arrayBuffer());
    if (signal.aborted) return signal.reason;
    return this.#heard(clip, signal);
  }

  #heard(clip, signal) {
    const source = new AudioBufferSourceNode(this.#context, { buffer: clip });
    source.connect(this.#context.destination);
    return new Promise((resolve) => {
      source.onended = () => resolve(signal.aborted ? signal.reason : undefined);
      signal.addEventListener("abort", () => { source.stop(); resolve(signal.reason); }, { once: true });
      source.start();
    });
  }

  #block(blocked) {
    if (blocked === this.blocked) return;
    this.blocked = blocked;
    this.#changed();
  }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function why(error, signal) {
  if (signal.aborted) return signal.reason;
  return error.name === "EncodingError" ? "undecodable" : "unreachable";
}
