// The desk's line to the broker: what it says, what it hears, and orders that are said again until they are answered.
//
// A line that breaks is opened again for ever, but for two reasons: the sign-in is over, or another page of the same
// expert has taken its place. A WebSocket on a dead network says nothing for minutes, so a small request asks in between.
import { newKey } from "/ui/shared/api.js";

const BACKOFF_FIRST_MS = 250;
const BACKOFF_LAST_MS = 4000;
const ASK_MS = 8000; // is the broker still reached?
const ANSWER_MS = 4000;
const REPLACED = 4409;

export class Line {
  /** @param {{opened: () => void, closed: () => void, message: (message: object) => void,
   *   refused: (stands: boolean) => void, replaced: () => void}} on `refused`: the sign-in is over; `stands`: the line
   *   does not need it any more */
  constructor(on) {
    this.#on = on;
    setInterval(() => this.#ask(), ASK_MS);
    addEventListener("online", () => this.#hurry());
  }

  turn = 0; // how often it was opened
  #on;
  #socket = null;
  #backoff = BACKOFF_FIRST_MS;
  #retry = 0;
  #orders = new Map(); // id -> order without an answer

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  open() {
    this.#calm();
    const socket = (this.#socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/expert/line`));
    const mine = (then) => (event) => socket === this.#socket && then(event);
    socket.onopen = mine(() => {
      this.#backoff = BACKOFF_FIRST_MS;
      this.turn += 1;
      this.#on.opened();
    });
    socket.onmessage = mine(({ data }) => this.#take(JSON.parse(data)));
    socket.onclose = mine(({ code }) => this.#lost(code));
  }

  close() {
    this.#calm();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#orders.clear();
  }

  /** What cannot be said now is not kept: signals are said again by who sent them. */
  send(message) {
    if (this.isOpen) this.#socket.send(JSON.stringify(message));
  }

  /** Have something done to the session. @returns {string} the id that its `done` will have */
  order(session, order) {
    const said = { t: "order", id: newKey(), session, ...order };
    this.#orders.set(said.id, said);
    this.send(said);
    return said.id;
  }

  /** The session was joined (again): whoever forgot our orders hears them again; done twice is done once. */
  repeat(session) {
    for (const order of this.#orders.values()) if (order.session === session) this.send(order);
  }

  /** What was ordered of this session and not answered yet. */
  underWay(session) {
    return [...this.#orders.values()].filter((order) => order.session === session).map((order) => order.do);
  }

  /** The session is no longer ours: nobody will answer. */
  forget(session) {
    for (const [id, order] of this.#orders) if (order.session === session) this.#orders.delete(id);
  }

  #take(message) {
    if (message.t === "done") {
      const order = this.#orders.get(message.id);
      if (!order) return; // answered before
      this.#orders.delete(message.id);
      message = { ...message, order };
    }
    this.#on.message(message);
  }

  #lost(code) {
    this.#socket = null;
    this.#on.closed();
    if (code === REPLACED) return this.#on.replaced();
    this.#retry = setTimeout(() => this.open(), this.#backoff * (0.75 + Math.random() / 2));
    this.#backoff = Math.min(this.#backoff * 2, BACKOFF_LAST_MS);
    return this.#ask();
  }

  #calm() {
    clearTimeout(this.#retry);
    this.#retry = 0;
  }

  #hurry() {
    if (!this.#socket) return;
    this.#backoff = BACKOFF_FIRST_MS;
    this.#ask();
  }

  /** A WebSocket does not tell why it was refused, nor that it is dead; a plain request does. */
  async #ask() {
    const socket = this.#socket;
    try {
      const answer = await fetch("/api/v1/expert/me", { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
      if (answer.status === 401 && (this.#socket || this.#retry)) this.#on.refused(this.isOpen);
    } catch {
      if (socket && socket === this.#socket) {
        socket.onclose = null;
        socket.close();
        this.#lost(0);
      }
    }
  }
}
