// Real-time text: two fields, each fills as somebody writes, and a keyboard on the glass for a booth that has none.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { icon } from "/ui/shared/icons.js";

const DIGITS = [..."1234567890!"];
const ROWS = [[..."qwertyuiopå"], [..."asdfghjklöä"], [..."zxcvbnm,.?-"]];
const SAMI = [..."áčđŋšŧž@:/+"];

export function textPanel({ session, t, act }) {
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
      <div class="keyboard" role="group" aria-label=${t("booth-keyboard")} @pointerdown=${keepFocus}>
        ${[DIGITS, ...ROWS].map((row) => row.map((letter) => key(letter, act)))}
        ${session.language === "se" ? SAMI.map((letter) => key(letter, act)) : nothing}
        <button class="button erase" @click=${act((a) => a.erase(), true)}>${t("kiosk-code-delete")}</button>
        <button class="button space" @click=${act((a) => a.type(" "), true)}>${t("booth-key-space")}</button>
        <button class="button enter" @click=${act((a) => a.type("\n"), true)}>${t("booth-key-line")}</button>
        <button class="button shut" @click=${act((a) => a.text(), true)}>${t("booth-text-close")}</button>
      </div>
    </section>`;
}

const key = (letter, act) => html`
  <button class="button letter" data-letter=${letter} @click=${act((a) => a.type(letter), true)}>${letter}</button>`;

/** A finger on a key leaves the field where the letters go as it is. */
const keepFocus = (event) => event.preventDefault();
