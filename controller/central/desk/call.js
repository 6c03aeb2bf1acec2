// The session that this expert has: its two legs, devices, text, chat, files. It begins with `joined` and leaves nothing.
import { Talk } from "/ui/shared/talk.js";
import { applied } from "/ui/shared/talk-text.js";
import { BoothLeg } from "/expert/booth-leg.js";
import { Captions } from "/expert/captions.js";
import { Files } from "/expert/files.js";
import { change, kept } from "/expert/text.js";

const CHAT_MOST = 200; // messages shown
const CHAT_LONG = 2000; // characters of one
const STILL_MS = 60_000; // for the customer to say yes, and again for the picture to begin to come
const PAUSE_MS = 1200; // somebody types: what came is read aloud when they pause

export class Call {
  /**
   * @param {object} joined what the broker said
   * @param {{line: import("./line.js").Line, devices: import("./devices.js").Devices, changed: () => void,
   *   heard: (what: "text"|"chat") => boolean}} how `heard`: words came; true when they stand where nobody can see them
   */
  constructor(joined, { line, devices, changed, heard }) {
    Object.assign(this, { id: joined.session, devices, changed, heard });
    this.adopt(joined);
    this.startedAt = performance.now();
    const send = (message) => line.send(message);
    const fault = (error) => console.info("leg:", error.name, error.message);
    this.files = new Files(changed);
    this.captions = new Captions((text, final) => this.#caption(text, final));
    this.talk = new Talk({
      session: this.id, me: "expert", polite: true, begins: true, ice: joined.ice, send,
      on: {
        stream: (stream, slot) => slot === "camera" && this.#set({ customer: stream }),
        state: (state, why) => this.#become(state, why),
        text: (step) => this.#typed(step),
        ctl: (message) => this.#ctl(message),
        stats: (quality) => this.#set({ quality }),
        fault,
      },
    });
    this.booth = new BoothLeg({
      session: this.id, ice: joined.ice, send,
      on: {
        fault,
        changed: () => this.#flowed(),
        channel: (name, channel) => name === "file" && this.files.attach(channel),
        closed: () => this.files.detach(),
      },
    });
    if (this.isOver) return this.#part();
    devices.start();
    this.deviced();
    this.talk.begin(joined.seat * 1000 + 1);
    if (!this.isSupport) this.booth.begin(joined.seat * 1000 + 1);
  }

  customer = null; // MediaStream
  talking = { state: "connecting", was: false, why: "" };
  upAt = null; // performance.now() when the two first met
  quality = null;
  theirs = ""; // what the customer types, live
  spoken = ""; // the last that is read aloud: whole words of it, not each letter; a message that is not seen
  mine = "";
  chat = []; // {from: "me"|"customer", text}
  off = { audio: false, video: false }; // what this expert has turned off
  theirOff = { audio: false, video: false };
  caption = "";
  #read = ""; // of what the customer typed
  #pause = 0;

  /** The broker's picture of the session. */
  adopt({ brief, reached = true, point_name, services, queues, counters }) {
    const isBack = reached && this.reached === false;
    Object.assign(this, { brief, reached });
    if (isBack) this.#opened();
    if (services) Object.assign(this, { pointName: point_name, services, queues, counters });
    if (this.isOver) this.#part();
    this.#mute();
    this.changed();
  }

  /** Joined again, on a new line: the legs stand, their servers have new credentials. */
  rejoined(joined) {
    this.adopt({ reached: true, ...joined });
    this.talk.setIce(joined.ice);
    this.booth.setIce(joined.ice);
    this.#opened();
  }

  /** The way to the other ends is open again, from here or from there: what nobody heard is said again now. */
  #opened() {
    this.talk.lineOpened();
    this.booth.lineOpened();
  }

  hear(message) {
    if (message.leg === "talk") this.talk.hear(message);
    else if (!this.isSupport) this.booth.hear(message);
  }

  /** With an advisor at a counter: there is no booth, and so no second leg, no documents, no files. */
  get isSupport() {
    return this.brief.mode === "support";
  }

  /** The conversation is over; what is left is to put it into words. */
  get isOver() {
    return this.brief.state === "ended";
  }

  get isHeld() {
    return this.brief.state === "held";
  }

  /** Nothing of what the expert says may leave this machine. */
  get isSilent() {
    return this.isOver || this.isHeld || this.off.audio;
  }

  /** The booth's own picture comes in while its page is dead. */
  get isEmergency() {
    return this.talking.state !== "up" && (this.booth.flows.picture || this.booth.flows.sound);
  }

  close() {
    this.#part();
  }

  /** Nothing stays open, nothing of what was said stays here. */
  #part() {
    if (!this.booth || this.booth.state === "closed") return;
    clearTimeout(this.#pause);
    this.captions.stop();
    this.booth.close();
    this.talk.close();
    this.files.wipe();
    Object.assign(this, { customer: null, theirs: "", spoken: "", mine: "", chat: [], caption: "" });
    this.devices.stop();
  }

  // ---- picture and sound

  /** Another stream of the devices, another screen. */
  deviced() {
    this.talk.setMedia(this.devices.stream);
    this.#mute();
  }

  turn(off) {
    Object.assign(this.off, off);
    this.#mute();
    this.changed();
  }

  /** On hold nobody is heard or seen, whatever was chosen before; neither is a screen, nor what would be captioned. */
  #mute() {
    if (!this.booth) return; // not begun yet
    this.captions.silence(this.isSilent);
    if (this.isOver) return;
    this.talk.mute({ audio: this.isHeld || this.off.audio, video: this.isHeld || this.off.video });
    this.talk.replace("screen", this.isHeld ? null : this.devices.screen);
    this.#voice();
  }

  /** In the emergency the booth's own loudspeaker plays the expert; at no other time does sound go there. */
  #voice() {
    const [microphone = null] = this.devices.stream?.getAudioTracks() ?? [];
    this.booth.speak(this.isEmergency && !this.isSilent ? microphone : null);
  }

  #flowed() {
    this.#voice();
    this.changed();
  }

  // ---- text

  /** The field for live text holds this now. */
  typeTo(text) {
    const { erase, insert } = change(this.mine, text);
    if (erase) this.talk.erase(erase);
    if (insert) this.talk.type(insert);
    this.mine = text;
    this.changed();
  }

  say(text) {
    const clean = text.trim().slice(0, CHAT_LONG);
    if (!clean) return;
    this.talk.ctl({ k: "chat", text: clean });
    this.#add("me", clean);
  }

  #typed(step) {
    this.theirs = kept(applied(this.theirs, step));
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#readAloud(), PAUSE_MS);
    this.heard("text");
    this.changed();
  }

  /** What is new since it was last read aloud; all of the last line when something before was changed. */
  #readAloud() {
    const { theirs } = this;
    const spoken = theirs.startsWith(this.#read) ? theirs.slice(this.#read.length) : theirs.slice(theirs.lastIndexOf("\n") + 1);
    this.#read = theirs;
    this.#set({ spoken });
  }

  #ctl(message) {
    if (message.k === "chat" && typeof message.text === "string") {
      const text = message.text.slice(0, CHAT_LONG);
      if (this.heard("chat")) this.spoken = text;
      this.#add("customer", text);
    } else if (message.k === "muted") {
      this.#set({ theirOff: { audio: message.audio === true, video: message.video === true } });
    } else if (message.k === "still_may" && this.files.get(message.id)?.state === "asked") {
      this.#still(message.id, message.ok === true);
    }
  }

  #add(from, text) {
    this.chat = [...this.chat, { from, text }].slice(-CHAT_MOST);
    this.changed();
  }

  #caption(text, final) {
    if (this.isSilent) return;
    this.talk.ctl({ k: "caption", text: text.slice(-400), final });
    this.#set({ caption: text });
  }

  // ---- documents

  /** The customer is asked first: what lies under the camera is theirs. */
  askStill() {
    const { id } = this.files.still();
    this.talk.ctl({ k: "still_ask", id });
    setTimeout(() => this.files.lapse(id, false, "no_answer"), STILL_MS);
  }

  #still(id, may) {
    if (!may) return this.files.set(id, { state: "failed", cause: "customer_said_no" });
    if (this.booth.ctl({ t: "still", id })) {
      setTimeout(() => this.files.lapse(id, true, "interrupted"), STILL_MS);
      return this.files.set(id, { sent: true });
    }
    return this.files.set(id, { state: "failed", cause: "no_booth_leg" });
  }

  #become(state, why) {
    this.talking = { state, why, was: this.talking.was || state === "up" };
    if (state === "up") this.upAt ??= performance.now();
    if (state !== "up") this.files.unanswered();
    if (this.booth) this.#voice();
    this.changed();
  }

  #set(change) {
    Object.assign(this, change);
    this.changed();
  }
}
