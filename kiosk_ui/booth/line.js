// The booth page's own line to the point: signals both ways, and what only this page can tell (docs/remote-service.md).
// It carries no state: that comes by /api/v1/stream. A line that breaks is opened again, for ever; one that the point
// closed for a newer page of the same booth only when somebody asks for it.

const BACKOFF_FIRST_MS = 250;
const BACKOFF_LAST_MS = 4000;
const TAKEN = 4409; // a newer line of the same booth

export class Line {
  /** @param {{opened: () => void, message: (message: object) => void, taken: () => void}} on */
  constructor(booth, on) {
    this.#address = `${location.origin.replace(/^http/, "ws")}/api/v1/booths/${encodeURIComponent(booth)}/line`;
    this.#on = on;
    this.#open();
  }

  #address;
  #on;
  #socket = null;
  #backoff = BACKOFF_FIRST_MS;
  #timer = 0;
  #askedAt = 0;
  #goneSince = performance.now();

  /** Milliseconds without a line. */
  gone(now) {
    return this.#goneSince === null ? 0 : now - this.#goneSince;
  }

  /** What cannot be sent now is not kept: signals are said again, the rest is told when the line opens. @returns {boolean} */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** A line that was opened before this moment may be one to nobody: another is opened in its place. */
  renew(before = Infinity) {
    if (this.#askedAt >= before) return;
    clearTimeout(this.#timer);
    this.#backoff = BACKOFF_FIRST_MS;
    this.#goneSince ??= performance.now();
    const old = this.#socket;
    this.#open();
    old.close();
  }

  #open() {
    const socket = (this.#socket = new WebSocket(this.#address));
    const mine = (then) => (event) => socket === this.#socket && then(event);
    this.#askedAt = performance.now();
    socket.onopen = mine(() => {
      this.#backoff = BACKOFF_FIRST_MS;
      this.#goneSince = null;
      this.#on.opened();
    });
    socket.onmessage = mine(({ data }) => this.#on.message(JSON.parse(data)));
    socket.onclose = mine(({ code }) => {
      this.#goneSince ??= performance.now();
      if (code === TAKEN) return this.#on.taken();
      this.#timer = setTimeout(() => this.#open(), this.#backoff);
      this.#backoff = Math.min(this.#backoff * 2, BACKOFF_LAST_MS);
    });
  }
}
