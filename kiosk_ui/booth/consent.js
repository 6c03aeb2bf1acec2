// What the customer agrees to, in the words of this version: shown, said, and asked before any device is opened.
import { html } from "/ui/vendor/lit/lit-html.js";
import { pick } from "/ui/shared/i18n.js";
import { icon, picture } from "/ui/shared/icons.js";

export function consentView({ state, session, t, act }) {
  const text = pick(state.consent.text, session.language, state.house);
  return html`
    <h1 tabindex="-1">${t("booth-consent-title")}</h1>
    <div class="card consent-text" data-version=${state.consent.version}>
      ${text.split(/\n+/).map((line) => html`<p class="big-text">${line}</p>`)}
    </div>
    <div class="choices">
      <button class="button" data-listen @click=${act((a) => a.listenToConsent(true), true)}>${t("booth-consent-listen")}</button>
      <button class="button" data-interpreter aria-pressed=${session.interpreter} @click=${act((a) => a.interpreter(), true)}>
        ${t("booth-interpreter")}
      </button>
    </div>
    <p class="fact">${picture("woman-buttons")}<span>${t("booth-devices-off")}</span></p>
    <div class="rows two">
      <button class="button primary wide" data-agree data-digit="1" @click=${act((a) => a.agree())}>
        ${icon("check")}${t("booth-consent-yes")}
      </button>
      <button class="button wide" data-decline data-digit="2" @click=${act((a) => a.decline())}>${t("booth-consent-no")}</button>
    </div>`;
}
