// When there is nothing to choose: closed, no clock, no room on disk, no link, no permission. Plain words, what to do.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { icon } from "/ui/shared/icons.js";
import { speaker } from "/ui/shared/i18n.js";

/** Why the point issues nothing just now, in the customer's language. */
export function issuingView({ state, t, name }) {
  if (state.issuing === "clock_not_set") return words("alert", t("clock-not-set-title"), t("clock-not-set-text"));
  if (state.issuing === "journal_full") {
    return words("alert", t("kiosk-journal-full-title"), t("kiosk-journal-full-text"));
  }
  const when = name(state.opens_text, true);
  return words("clock", t("point-closed"), when ? t("point-opens", { when }) : nothing);
}

const words = (sign, title, text) => html`
  <div class="plain" role="status">
    ${icon(sign, "huge")}
    <h1 tabindex="-1">${title}</h1>
    <p class="big-text">${text}</p>
  </div>`;

/** One notice in all languages at once: nobody can choose a language on a page that has lost its server. */
export function everyLanguage(languages, title, text, house) {
  return html`<main class="plain">
    ${languages.map((language, i) => {
      const t = speaker(language, house);
      return html`<section lang=${language}>
        ${i === 0 ? html`<h1>${t(title)}</h1>` : html`<h2>${t(title)}</h2>`}
        <p>${t(text)}</p>
      </section>`;
    })}
  </main>`;
}

const PROBLEMS = {
  network: "kiosk-problem-network",
  unavailable: "kiosk-problem-network",
  closed: "kiosk-problem-closed",
  "cap-reached": "kiosk-problem-full",
  "too-many": "kiosk-problem-busy",
  "clock-not-set": "clock-not-set-text",
  "journal-full": "kiosk-journal-full-text",
};
const FINAL = new Set(["closed", "cap-reached", "unknown-service", "forbidden", "invalid"]);

/** The number was not had: why, and the two things one can do. */
export function problemView({ session, t, act }) {
  const { name } = session.problem;
  return html`
    <div class="plain" role="alert">
      ${icon("error", "huge")}
      <h1 tabindex="-1">${t("kiosk-problem-title")}</h1>
      <p class="big-text">${t(PROBLEMS[name] ?? "kiosk-problem-other")}</p>
      ${FINAL.has(name) ? nothing : html`
        <button class="button primary wide" data-retry data-digit="1" @click=${act((a) => a.retry())}>
          ${icon("refresh")}${t("kiosk-retry")}
        </button>`}
      <button class="button wide" data-home @click=${act((a) => a.home())}>${t("kiosk-home")}</button>
    </div>`;
}
