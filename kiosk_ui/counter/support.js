/* An expert who supports this advisor: the line, the talk and what is written, from the answer to the end.

   The session is the point's (state.support). Camera and microphone are opened by the page that asked and no other,
   once an expert has answered; another page of this counter shows that there is a talk, and takes it on a press. */
import { newKey, post, Problem } from "/ui/shared/api.js";
import { Call } from "/ui/shared/call.js";
import { Devices } from "/ui/shared/devices.js";
import { Line } from "/ui/shared/line.js";
import { applied, change } from "/ui/shared/talk-text.js";

const MINE = "luukku.counter.support"; // in sessionStorage: the session that this tab asked for, or took
const TICK_MS = 1000;
const AGAIN_MS = 3000; // between tries to tell the point that it was ended
const KEPT = 4000; // characters of each side; older ones go
const CHAT_MOST = 50;
const CHAT_LONG = 2000; // characters of one message

const fresh = () => ({
  mine: "", theirs: "", chat: [], caption: "", screen: false, muted: { audio: false, video: false },
  off: { audio: false, video: false },
});

/** A page of an address without encryption has no devices at all: there they write. */
class OwnDevices extends Devices {
  start() {
    if (navigator.mediaDevices) super.start();
    else this.there = { camera: false, microphone: false, speaker: true };
  }
}

export class Support {
  /** @param {string} counter @param {{draw: () => void, failed: (error: Problem) => void, say: (id: string) => void}} how */
  constructor(counter, { draw, failed, say }) {
    Object.assign(this, { draw, failed, say });
    this.devices = new OwnDevices(() => this.#deviced());
    this.line = new Line(`/counters/${encodeURIComponent(counter)}/line`, {
      opened: () => this.#opened(),
      message: (message) => this.call.hear(message),
      taken: () => this.#taken(),
    });
    this.call = new Call({
      line: this.line, devices: this.devices, off: () => this.talk.off, changed: draw,
      turned: () => this.#set({ screen: false, caption: "", muted: { audio: false, video: false } }),
      text: (step) => this.#set({ theirs: applied(this.talk.theirs, step).slice(-KEPT) }),
      ctl: (message) => this.#ctl(message),
    });
    setInterval(() => this.#tick(), TICK_MS);
    addEventListener("pagehide", () => this.#stop());
    addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  }

  session = null; // as the point last told it
  talk = fresh();
  silent = false; // the browser wants a press before it plays sound
  #deafSince = null;
  #turn = null; // the service event at the desk while it was told
  #left = ""; // ended here, whatever the point still says
  #ending = null; // {id, key, at}: the point has not said yes yet

  /** This page has the talk. */
  get isMine() {
    return this.session !== null && sessionStorage.getItem(MINE) === this.session.id;
  }

  /** What is shown: null, "asked", "elsewhere", "rings", "connecting", "talk", "held" or "broken". */
  get stage() {
    const { session: one, call } = this;
    if (!one || one.id === this.#left) return null;
    if (!this.isMine) return "elsewhere";
    if (!one.answered) return one.state === "ringing" ? "rings" : "asked";
    if (one.state === "held") return "held";
    if (call.now.state === "up") return "talk";
    return call.now.was ? "broken" : "connecting";
  }

  /** The session that was just asked for here. */
  asked({ id }) {
    sessionStorage.setItem(MINE, id);
    this.#follow();
  }

  /** Another page of this counter had it. */
  take() {
    if (!this.session) return;
    sessionStorage.setItem(MINE, this.session.id);
    this.#follow();
  }

  /** The point's picture. */
  told({ support, current }) {
    const one = support ?? null;
    const turn = current?.service_event ?? null;
    if (this.session && this.session.id !== one?.id) this.#over(turn);
    Object.assign(this, { session: one });
    this.#turn = turn;
    this.#follow();
  }

  /** Whether the point's picture comes; when it does again, the line may be dead where the browser has not noticed. */
  live(isLive) {
    if (isLive && this.#deafSince !== null) this.line.renew(this.#deafSince);
    this.#deafSince = isLive ? null : (this.#deafSince ?? performance.now());
  }

  /** The advisor ends it: at once here, and at the point as soon as it hears. */
  end() {
    const { session: one } = this;
    if (!one) return;
    this.#left = one.id;
    this.#wipe();
    this.draw();
    this.#ending = { id: one.id, key: newKey(), at: 0 };
    this.#tellEnd();
  }

  /** Until the point has heard it, however bad the line is. */
  async #tellEnd() {
    const { id, key } = this.#ending;
    this.#ending.at = performance.now();
    try {
      await post(`/sessions/${encodeURIComponent(id)}/end`, {}, { key });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.problem === "network" || error.problem === "unavailable") return;
      if (error.problem !== "wrong-state") this.failed(error); // else it was over already
    }
    this.#ending = null;
  }

  /** @param {"audio"|"video"} kind */
  turn(kind) {
    this.talk.off = { ...this.talk.off, [kind]: !this.talk.off[kind] };
    this.call.turn();
    this.draw();
  }

  /** The field for live text holds this now. */
  type(text) {
    const { erase, insert } = change(this.talk.mine, text);
    if (erase) this.call.talk?.erase(erase);
    if (insert) this.call.talk?.type(insert);
    this.#set({ mine: text });
  }

  heard(silent) {
    if (this.silent === silent) return;
    this.silent = silent;
    this.draw();
  }

  #follow() {
    const { session: one } = this;
    const wanted = one !== null && one.id !== this.#left && this.isMine;
    if (wanted) this.line.open();
    this.call.follow(one, wanted && one.answered);
    if (!wanted) this.line.close();
  }

  /** It is over; said in words where the advisor did not end it, or the service with it. */
  #over(turn) {
    const { session: was } = this;
    if (was.id !== this.#left && turn === this.#turn) {
      const met = ["connected", "held", "reconnecting"].includes(was.state);
      this.say(met ? "counter-expert-ended" : was.answered ? "counter-expert-failed" : "counter-expert-nobody");
    }
    this.#wipe();
  }

  #wipe() {
    sessionStorage.removeItem(MINE);
    this.#stop();
    Object.assign(this, { talk: fresh(), silent: false });
  }

  #stop() {
    if (this.session) this.call.end(this.session.id);
    this.line.close();
  }

  #taken() {
    sessionStorage.removeItem(MINE);
    this.call.stop();
    Object.assign(this, { talk: fresh() });
    this.draw();
  }

  #opened() {
    const { camera, microphone, speaker } = this.devices.there;
    this.line.send({ t: "here", session: this.session?.id ?? null, consent: null, devices: { camera, microphone, speaker } });
    this.call.lineOpened();
    this.#follow(); // what was closed because nobody was heard may open again
  }

  #deviced() {
    this.call.deviced();
    this.draw();
  }

  #tick() {
    const { session: one } = this;
    if (this.#ending && this.#ending.id !== one?.id) this.#ending = null;
    if (this.#ending && performance.now() - this.#ending.at > AGAIN_MS) this.#tellEnd();
    if (!this.call.talk) return;
    this.call.tick(performance.now(), this.#deafSince);
    this.draw();
  }

  #ctl(message) {
    const text = typeof message.text === "string" ? message.text : "";
    if (message.k === "screen") this.#set({ screen: message.on === true });
    else if (message.k === "muted") this.#set({ muted: { audio: message.audio === true, video: message.video === true } });
    else if (message.k === "caption") this.#set({ caption: text.slice(-240) });
    else if (message.k === "chat" && text) this.#set({ chat: [...this.talk.chat, text.slice(0, CHAT_LONG)].slice(-CHAT_MOST) });
    else if (message.k === "still_ask") this.call.talk?.ctl({ k: "still_may", id: message.id, ok: false }); // there is no such camera
  }

  #set(more) {
    Object.assign(this.talk, more);
    this.draw();
  }
}
