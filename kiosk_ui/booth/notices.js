// Screens with nothing to choose: why, and what to do.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { icon } from "/ui/shared/icons.js";

export const plain = (sign, title, text, more = nothing) => html`
  <div class="plain" role="status">
    ${icon(sign, "huge")}
    <h1 tabindex="-1">${title}</h1>
    <p class="big-text">${text}</p>
    ${more}
  </div>`;

const PROBLEMS = {
  network: "booth-problem-network",
  unavailable: "booth-problem-network",
  closed: "booth-problem-closed",
  "cap-reached": "kiosk-problem-full",
  "wrong-state": "booth-problem-taken",
  "too-many": "booth-problem-busy",
  "clock-not-set": "clock-not-set-text",
};
const FINAL = new Set(["closed", "cap-reached", "unknown-service", "forbidden", "invalid"]);

/** Another page of this booth has its line: this one does nothing until somebody wants it to. */
export const elsewhereView = ({ t, act }) =>
  plain("info", t("booth-elsewhere-title"), t("booth-elsewhere-text"), html`
    <button class="button primary wide" data-take-over data-digit="1" @click=${act((a) => a.takeOver())}>
      ${t("booth-elsewhere-take")}
    </button>`);

/** The session did not begin: why, and the two things one can do. */
export function problemView({ session, t, act }) {
  const { name } = session.problem;
  return html`
    <div class="plain" role="alert">
      ${icon("error", "huge")}
      <h1 tabindex="-1">${t("booth-problem-title")}</h1>
      <p class="big-text">${t(PROBLEMS[name] ?? "booth-problem-other")}</p>
      ${FINAL.has(name) ? nothing : html`
        <button class="button primary wide" data-retry data-digit="1" @click=${act((a) => a.retry())}>
          ${icon("refresh")}${t("kiosk-retry")}
        </button>`}
      <button class="button wide" data-home @click=${act((a) => a.home())}>${t("kiosk-home")}</button>
    </div>`;
}
