// The booth page's own line to the point: signals both ways, and what only this page can tell (docs/remote-service.md).
// It carries no state: that comes by /api/v1/stream. A line that breaks is opened again, for ever.

const BACKOFF_FIRST_MS = 250;
const BACKOFF_LAST_MS = 4000;

export class Line {
  /** @param {{opened: () => void, message: (message: object) => void}} on */
  constructor(booth, on) {
    this.#address = `${location.origin.replace(/^http/, "ws")}/api/v1/booths/${encodeURIComponent(booth)}/line`;
    this.#on = on;
    this.#open();
  }

  #address;
  #on;
  #socket = null;
  #backoff = BACKOFF_FIRST_MS;
  #goneSince = performance.now();

  /** Milliseconds without a line. */
  gone(now) {
    return this.#goneSince === null ? 0 : now - this.#goneSince;
  }

  /** What cannot be sent now is not kept: signals are said again, the rest is told when the line opens. */
  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #open() {
    const socket = (this.#socket = new WebSocket(this.#address));
    socket.onopen = () => {
      this.#backoff = BACKOFF_FIRST_MS;
      this.#goneSince = null;
      this.#on.opened();
    };
    socket.onmessage = ({ data }) => this.#on.message(JSON.parse(data));
    socket.onclose = () => {
      this.#goneSince ??= performance.now();
      setTimeout(() => this.#open(), this.#backoff);
      this.#backoff = Math.min(this.#backoff * 2, BACKOFF_LAST_MS);
    };
  }
}
