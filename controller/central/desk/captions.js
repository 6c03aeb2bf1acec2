// Captions of what the expert says, for the customer: only where the browser recognises speech on this very machine.
// A browser that would send the sound to somebody's cloud is not asked: what is said here is nobody else's.
const AGAIN_MS = 500;
const LOCALES = { fi: "fi-FI", sv: "sv-SE", en: "en-GB" };

const recognition = () => globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;

/** @returns {Promise<boolean>} whether speech in this language can be recognised here without a network */
export async function canCaption(language) {
  const Recognition = recognition();
  if (!Recognition?.available || !LOCALES[language]) return false;
  const there = await Recognition.available({ langs: [LOCALES[language]], processLocally: true }).catch(() => "");
  return there === "available";
}

export class Captions {
  /** @param {(line: string, final: boolean) => void} said */
  constructor(said) {
    this.#said = said;
  }

  #said;
  #language = null;
  #silent = false;
  #recognition = null; // while it listens: it hears the machine's microphone, whatever the conversation's does

  get isOn() {
    return this.#language !== null;
  }

  start(language) {
    this.#language = language;
    this.#turn();
  }

  stop() {
    this.#language = null;
    this.#turn();
  }

  /** Muted or on hold: nobody listens until this is over. */
  silence(on) {
    if (on === this.#silent) return;
    this.#silent = on;
    this.#turn();
  }

  #turn() {
    const one = this.#recognition;
    this.#recognition = null;
    one?.abort();
    if (this.#language !== null && !this.#silent) this.#listen();
  }

  #listen() {
    const one = (this.#recognition = new (recognition())());
    Object.assign(one, { lang: LOCALES[this.#language], processLocally: true, continuous: true, interimResults: true });
    one.onresult = ({ results }) => {
      const last = results[results.length - 1];
      if (one === this.#recognition) this.#said(last[0].transcript.trim(), last.isFinal);
    };
    one.onend = () => one === this.#recognition && setTimeout(() => one === this.#recognition && one.start(), AGAIN_MS);
    one.start();
  }
}
