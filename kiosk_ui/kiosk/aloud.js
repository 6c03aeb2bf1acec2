// The kiosk by ear. A key of the tactile keypad or a touch on "Read aloud" starts it: no aid is needed to find the aid.
// Each screen, each choice under the arrows and each change is said in the customer's language; any key or touch cuts
// it short; it ends, and the volume falls back, with the customer (EN 301 549, 5.1.3).
import { speaker } from "/ui/shared/i18n.js";
import { heard, liveWords, question, screenWords } from "/ui/kiosk/heard.js";
import { LEVELS } from "/ui/kiosk/session.js";
import { Voice } from "/ui/kiosk/voice.js";

const CLIP_MOST = 600; // characters of one clip, POST /api/v1/speech

/** Whole sentences, as many as one clip takes. */
function parts(text) {
  const found = [""];
  for (const sentence of text.match(/[^.?!\n]+[.?!\n]*\s*/g) ?? []) {
    if (found.at(-1).length + sentence.length > CLIP_MOST) found.push("");
    found[found.length - 1] += sentence;
  }
  return found.map((part) => part.trim()).filter(Boolean);
}

export class Aloud {
  #session; #house; #draw; #ears; #voice = new Voice(LEVELS);
  #live = []; #first = ""; #next = null; // what stands there, what comes before the next words, the next words

  /**
   * @param {() => object} session; @param {() => string} house its language; @param {() => void} draw
   * @param {{screen: (t: Function) => string, live: () => string[], quiet: () => boolean}} [ears] what a page has to
   *   say; quiet: somebody is speaking, so that only what the customer's own key asks for is said
   */
  constructor(session, house, draw, ears) {
    this.#session = session;
    this.#house = house;
    this.#draw = draw;
    this.#ears = ears ?? { screen: (t) => screenWords(session().step, t), live: liveWords, quiet: () => false };
    for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, () => this.hush(), { capture: true });
    document.addEventListener("focusin", ({ target }) => target instanceof HTMLButtonElement && this.#say(heard(target)));
  }

  get speaking() {
    return this.#voice.speaking;
  }

  hush() {
    this.#next = null;
    this.#voice.hush();
  }

  /** From now on this customer listens. `introduce`: say first how it goes. */
  begin(introduce) {
    const session = this.#session();
    if (session.aloud) return;
    session.aloud = true;
    this.#live = this.#ears.live();
    if (introduce) this.#first = this.#t("kiosk-aloud-hint");
    this.#draw();
  }

  toggle() {
    const session = this.#session();
    if (!session.aloud) {
      this.begin(false);
      return this.step();
    }
    Object.assign(session, { aloud: false, silent: "" });
    this.hush();
    this.#draw();
  }

  /** One level up (1) or down (-1); at the ends the level is only told. */
  volume(change) {
    this.begin(false);
    const session = this.#session();
    session.volume = Math.min(LEVELS, Math.max(1, session.volume + change));
    this.#voice.setLevel(session.volume);
    this.#draw();
    this.#say(this.#t("kiosk-volume-said", { level: session.volume }));
  }

  /** Another screen stands there. */
  step() {
    this.#live = this.#ears.live();
    if (!this.#ears.quiet()) this.#say(this.#ears.screen((id, args) => this.#t(id, args)));
  }

  /** A question has opened: it is said whole, also while somebody speaks, for nothing else goes on before its answer. */
  asked(dialog) {
    this.#live = this.#ears.live();
    this.#say(question(dialog));
  }

  /** What a key of the customer's own has brought about, where nothing that sounds by itself tells it. */
  answer(words) {
    this.#say(words);
  }

  /** The screen was drawn anew: what changed on it by itself? */
  drawn() {
    if (!this.#session().aloud) return;
    const before = this.#live;
    this.#live = this.#ears.live();
    const fresh = this.#live.filter((words) => !before.includes(words));
    if (fresh.length && !this.#ears.quiet()) this.#say(fresh.join(" "));
  }

  /** Say a whole text to whoever is there, listening or not; a key or touch cuts it short. @returns what became of it */
  async tell(text) {
    this.#next = null;
    const session = this.#session();
    for (const part of parts(text)) {
      const came = await this.#voice.say(part, session.language, session.volume);
      this.#came(session, came);
      if (came || session !== this.#session()) return came || "cut";
    }
    return "";
  }

  #t(id, args) {
    return speaker(this.#session().language, this.#house())(id, args);
  }

  /** Of all that one key brought about, the last is said: a new screen, or what is chosen on it. */
  #say(words) {
    if (!this.#session().aloud || !words) return;
    if (this.#next === null) queueMicrotask(() => this.#sayNext());
    this.#next = words;
  }

  async #sayNext() {
    const session = this.#session();
    const text = [this.#first, this.#next].filter(Boolean).join(" ");
    this.#next = null;
    if (!session.aloud || !text) return;
    this.#first = "";
    const came = await this.#voice.say(text, session.language, session.volume);
    if (session !== this.#session() || came === "cut") return;
    if (came === "none") await this.#voice.beep(session.volume);
    this.#came(session, came);
  }

  /** Why nothing is heard, or that it is. */
  #came(session, came) {
    if (session !== this.#session() || came === "cut") return;
    const silent = came === "none" ? "kiosk-aloud-none" : came ? "kiosk-aloud-blocked" : "";
    if (silent === session.silent) return;
    session.silent = silent;
    this.#live = this.#live.concat(this.#t(silent)); // it cannot be said, by its very nature
    this.#draw();
  }
}
