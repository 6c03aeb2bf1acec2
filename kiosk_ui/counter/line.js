/* The counter's own line to the point, open only while an expert supports its advisor: signals both ways, and what only
   this page can tell (docs/remote-service.md, "Counter page and point"). It carries no state. */

const BACKOFF_FIRST_MS = 250;
const BACKOFF_LAST_MS = 4000;
const TAKEN = 4409; // a newer line of the same counter

export class Line {
  /** @param {{opened: () => void, message: (message: object) => void, taken: () => void}} on */
  constructor(counter, on) {
    this.#address = `${location.origin.replace(/^http/, "ws")}/api/v1/counters/${encodeURIComponent(counter)}/line`;
    this.#on = on;
  }

  #address;
  #on;
  #socket = null;
  #backoff = BACKOFF_FIRST_MS;
  #timer = 0;
  #goneSince = null;

  get isWanted() {
    return this.#goneSince !== null || this.#socket !== null;
  }

  /** Milliseconds without a line, of those in which one is wanted. */
  gone(now) {
    return this.#goneSince === null ? 0 : now - this.#goneSince;
  }

  /** What cannot be sent now is not kept: signals are said again, the rest is told when the line opens. @returns {boolean} */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Have a line from now on; one that breaks is opened again. */
  open() {
    if (this.isWanted) return;
    this.#goneSince = performance.now();
    this.#backoff = BACKOFF_FIRST_MS;
    this.#connect();
  }

  close() {
    clearTimeout(this.#timer);
    const old = this.#socket;
    this.#socket = this.#goneSince = null;
    old?.close();
  }

  #connect() {
    const socket = (this.#socket = new WebSocket(this.#address));
    const mine = (then) => (event) => socket === this.#socket && then(event);
    socket.onopen = mine(() => {
      this.#backoff = BACKOFF_FIRST_MS;
      this.#goneSince = null;
      this.#on.opened();
    });
    socket.onmessage = mine(({ data }) => this.#on.message(JSON.parse(data)));
    socket.onclose = mine(({ code }) => {
      if (code === TAKEN) {
        this.close();
        return this.#on.taken();
      }
      this.#goneSince ??= performance.now();
      this.#timer = setTimeout(() => this.#connect(), this.#backoff);
      this.#backoff = Math.min(this.#backoff * 2, BACKOFF_LAST_MS);
    });
  }
}
