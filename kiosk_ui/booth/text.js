// Real-time text: two fields, each fills as somebody writes, and a keyboard on the glass for a booth that has none.
import { html } from "/ui/vendor/lit/lit-html.js";
import { icon } from "/ui/shared/icons.js";

const LETTERS = [[..."qwertyuiopå"], [..."asdfghjklöä"], [..."zxcvbnm"]];
const SAMI = [[..."qwertyuiopåáč"], [..."asdfghjklöäđŋ"], [..."zxcvbnmšŧž"]];
const SIGNS = [[..."1234567890@"], [...":/-_()!\"'+="], [..."€%&#*;§"]];
const ALWAYS = [..."?,."];

export function textPanel({ session, t }) {
  const { talk } = session;
  return html`
    <section class="text-panel" aria-label=${t("booth-text")}>
      <div class="said theirs">
        <h2>${t("booth-text-theirs")}</h2>
        <div class="written" tabindex="0" role="log" aria-label=${t("booth-text-theirs")} aria-live="off" data-theirs>
          <p>${talk.theirs || html`<span class="quiet">–</span>`}</p>
          ${talk.chat.map((one) => html`<p class="note">${icon("info")}<span>${one}</span></p>`)}
        </div>
      </div>
      <div class="said mine">
        <h2>${t("booth-text-mine")}</h2>
        <div class="written" tabindex="0" role="textbox" aria-multiline="true" aria-label=${t("booth-text-mine")} data-typing data-mine>
          <p>${talk.mine}<span class="cursor" aria-hidden="true"></span></p>
        </div>
      </div>
    </section>`;
}

/** Four rows; the third begins with the key for one capital, the last with the one for digits and signs. */
export function keyboard({ session, t, act }) {
  const { keys } = session.talk;
  const [first, second, third] = rows(keys, session.language);
  const letters = (all) => all.map((letter) => key(letter, act));
  const [other, words] = keys === "signs" ? ["abc", t("booth-key-letters")] : ["123 @", t("booth-key-signs")];
  return html`
    <div class="keyboard" role="group" aria-label=${t("booth-keyboard")} @pointerdown=${keepFocus}>
      <div class="line">${letters(first)}</div>
      <div class="line">${letters(second)}</div>
      <div class="line">
        <button class="button shift words-key" aria-pressed=${keys === "capitals"} ?disabled=${keys === "signs"}
          @click=${act((a) => a.keys("capitals"), true)}>${t("booth-key-capital")}</button>
        ${letters(third)}
        <button class="button erase words-key" @click=${act((a) => a.erase(), true)}>${t("kiosk-code-delete")}</button>
      </div>
      <div class="line">
        <button class="button signs" aria-label="${other}: ${words}"
          @click=${act((a) => a.keys("signs"), true)}>${other}</button>
        ${letters(ALWAYS)}
        <button class="button space words-key" @click=${act((a) => a.type(" "), true)}>${t("booth-key-space")}</button>
        <button class="button enter words-key" @click=${act((a) => a.type("\n"), true)}>${t("booth-key-line")}</button>
        <button class="button shut words-key" @click=${act((a) => a.text(), true)}>${t("booth-text-close")}</button>
      </div>
    </div>`;
}

function rows(keys, language) {
  if (keys === "signs") return SIGNS;
  const all = language === "se" ? SAMI : LETTERS;
  return keys === "capitals" ? all.map((row) => row.map((letter) => letter.toUpperCase())) : all;
}

const key = (letter, act) => html`
  <button class="button letter" data-letter=${letter} @click=${act((a) => a.type(letter), true)}>${letter}</button>`;

/** A finger on a key leaves the field where the letters go as it is. */
const keepFocus = (event) => event.preventDefault();
