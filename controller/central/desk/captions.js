// Captions of what the expert says, for the customer: only where the browser recognises speech on this very machine.
// A browser that would send the sound to somebody's cloud is not asked: what is said here is nobody else's.
const AGAIN_MS = 500;
const LOCALES = { fi: "fi-FI", sv: "sv-SE", en: "en-GB" };

const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;

/** @returns {Promise<boolean>} whether speech in this language can be recognised here without a network */
export async function canCaption(language) {
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
  #recognition = null;

  get isOn() {
    return this.#recognition !== null;
  }

  start(language) {
    this.stop();
    const one = (this.#recognition = new Recognition());
    Object.assign(one, { lang: LOCALES[language], processLocally: true, continuous: true, interimResults: true });
    one.onresult = ({ results }) => {
      const last = results[results.length - 1];
      if (one === this.#recognition) this.#said(last[0].transcript.trim(), last.isFinal);
    };
    one.onend = () => one === this.#recognition && setTimeout(() => one === this.#recognition && one.start(), AGAIN_MS);
    one.start();
  }

  stop() {
    const one = this.#recognition;
    this.#recognition = null;
    one?.abort();
  }
}
