// The own line of a booth's or a counter's page to the point: signals both ways, and what only this page can tell
// (docs/remote-service.md). It carries no state: that comes by /api/v1/stream. While a line is wanted, one that breaks
// is opened again, for ever; one that the point closed for a newer page of the same place is wanted no more.

const BACKOFF_FIRST_MS = 250;
const BACKOFF_LAST_MS = 2000; // a point that starts says after 8 s without a page that a talk is lost
const TAKEN = 4409; // a newer line of the same place

export class Line {
  /**
   * Nothing is opened yet.
   * @param {string} path below /api/v1, with its slash: "/booths/b1/line"
   * @param {{opened: () => void, message: (message: object) => void, taken: () => void}} on
   */
  constructor(path, on) {
    this.#address = `${location.origin.replace(/^http/, "ws")}/api/v1${path}`;
    this.#on = on;
  }

  #address;
  #on;
  #isWanted = false;
  #socket = null;
  #backoff = BACKOFF_FIRST_MS;
  #timer = 0;
  #askedAt = 0;
  #goneSince = null;

  /** Milliseconds without a line, since one was wanted. */
  gone(now) {
    return this.#goneSince === null ? 0 : now - this.#goneSince;
  }

  /** What cannot be sent now is not kept: signals are said again, the rest is told when the line opens. @returns {boolean} */
  send(message) {
    if (!this.#isOpen) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Have a line from now on. */
  open() {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#begin();
  }

  /** Have none from now on. */
  close() {
    clearTimeout(this.#timer);
    const old = this.#socket;
    this.#isWanted = false;
    this.#socket = this.#goneSince = null;
    old?.close();
  }

  /**
   * The point is heard again after it was not: a line that was opened before that moment may be one to nobody, and one
   * that is not open yet may wait for an answer that was lost. Another is opened in its place, if one is wanted.
   */
  renew(before) {
    if (!this.#isWanted || (this.#isOpen && this.#askedAt >= before)) return;
    clearTimeout(this.#timer);
    const old = this.#socket;
    this.#begin();
    old.close();
  }

  get #isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #begin() {
    this.#backoff = BACKOFF_FIRST_MS;
    this.#goneSince ??= performance.now();
    this.#connect();
  }

  #connect() {
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
      if (code === TAKEN) {
        this.#isWanted = false;
        return this.#on.taken();
      }
      this.#timer = setTimeout(() => this.#connect(), this.#backoff);
      this.#backoff = Math.min(this.#backoff * 2, BACKOFF_LAST_MS);
    });
  }
}
