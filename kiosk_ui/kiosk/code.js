// The appointment code: big keys, what is typed in large letters, an error that says what to do.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { icon } from "/ui/shared/icons.js";
import { backRow } from "/ui/kiosk/choose.js";

export const LONGEST_CODE = 12;

export function codeView({ session, t, act }) {
  const typed = session.code;
  return html`
    <p class="above">${t("kiosk-appointment")}</p>
    <h1 tabindex="-1">${t("kiosk-code-title")}</h1>
    <div class="entry">
      <div class="stack">
        <p class="big-text">${t("kiosk-code-help")}</p>
        <p class="card code" role="status" aria-label=${typed ? `${t("kiosk-code-typed")}: ${[...typed].join(" ")}` : t("kiosk-code-empty")}>
          ${typed || "–"}
        </p>
        <div role="alert">${session.codeError ? wrong(t) : nothing}</div>
      </div>
      <div class="keys">
        ${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => key(digit, act))}
        <button class="button words-key" ?disabled=${!typed} @click=${act((a) => a.eraseCode(), true)}>
          ${t("kiosk-code-delete")}
        </button>
        ${key(0, act)}
        <button class="button primary words-key" data-send ?disabled=${!typed || Boolean(session.pending)}
          @click=${act((a) => a.sendCode())}>${t("kiosk-code-send")}</button>
      </div>
    </div>
    ${backRow(t, act)}`;
}

const key = (digit, act) => html`
  <button class="button" data-key=${digit} @click=${act((a) => a.typeCode(String(digit)), true)}>${digit}</button>`;

const wrong = (t) => html`<p class="notice alert big-text">${icon("error")}<span>${t("kiosk-code-unknown")}</span></p>`;
