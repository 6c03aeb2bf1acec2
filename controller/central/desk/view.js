// The desk as a pure function of what main.js knows: sign-in, who waits, or the conversation.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { LANGUAGE_NAMES, speaker } from "/ui/shared/i18n.js";
import { icon } from "/ui/shared/icons.js";
import { notices } from "/expert/notices.js";
import { devicesPanel } from "/expert/view-devices.js";
import { session, wrapUp } from "/expert/view-session.js";
import { viewer } from "/expert/view-document.js";
import { waiting } from "/expert/view-waiting.js";

export function view(ui) {
  const t = words(ui);
  document.title = title(ui, t);
  if (ui.stage === "loading") return nothing;
  if (ui.stage === "sign_in") return signIn(ui, t);
  if (ui.stage === "elsewhere") return elsewhere(ui, t);
  return html`${head(ui, t)}
    <div class="banners" aria-live="polite">${notices(ui, t).map(({ kind, text, action }) => banner(kind, text, action))}</div>
    <main class=${!ui.call ? "idle" : ui.call.isOver ? "wrap-up" : `in-session ${ui.call.isSupport ? "support" : ""} ${ui.large}-large ${ui.panel && ui.panel !== "devices" ? "in-form" : ""}`}>
      ${!ui.call ? waiting(ui, t) : ui.call.isOver ? wrapUp(ui, t) : session(ui, t)}
      ${ui.panel === "devices" ? devicesPanel(ui, t) : nothing}
    </main>
    ${ui.still ? viewer(ui, t) : nothing}`;
}

/** With an advisor the words for a customer are other ones, where `desk-support-*` has them. */
function words({ lang, call, over }) {
  const t = speaker(lang);
  if ((call ?? over)?.brief.mode !== "support") return t;
  return (id, args) => {
    const own = id.replace(/^desk-/, "desk-support-");
    const said = t(own, args);
    return said === own ? t(id, args) : said;
  };
}

const banner = (kind, text, action) => html`<p class="notice ${kind}">${icon(kind ? "warning" : "info")}<span>${text}</span>
  ${action ? html`<button class="flat" @click=${action.press}>${action.text}</button>` : nothing}</p>`;

function title(ui, t) {
  const rings = !ui.call && ui.waiting.some((row) => row.rings);
  return `${rings ? `(${ui.waiting.length}) ${t("desk-rings")} – ` : ""}${t("desk-title")} – Luukku`;
}

function head(ui, t) {
  const { you } = ui;
  return html`<header>
    <h1>${t("desk-title")}</h1>
    <p class="who"><bdi>${you?.name}</bdi> <span class="quiet">${you?.expert}</span></p>
    ${ui.call ? nothing : html`<div class="ready" role="group" aria-label=${t("desk-availability")}>
      ${[true, false].map((on) => html`<button aria-pressed=${String(Boolean(you?.ready) === on)} ?disabled=${!ui.live}
        @click=${() => ui.ready(on)}>${t(on ? "desk-ready" : "desk-not-ready")}</button>`)}</div>`}
    <div class="right">
      <button class="flat" data-panel="devices" aria-pressed=${String(ui.panel === "devices")} @click=${() => ui.show("devices")}>${t("desk-devices")}</button>
      ${languages(ui, t)}
      ${ui.call ? nothing : html`<button class="flat" @click=${ui.signOut}>${t("desk-sign-out")}</button>`}
    </div>
  </header>`;
}

const languages = (ui, t) => html`<label class="language"><span class="only-heard">${t("desk-language")}</span>
  <select @change=${(event) => ui.speak(event.target.value)}>${ui.languages.map((lang) => html`
    <option value=${lang} ?selected=${lang === ui.lang} lang=${lang}>${LANGUAGE_NAMES[lang]}</option>`)}</select></label>`;

function signIn(ui, t) {
  const { busy, fault } = ui.signing;
  const submit = (event) => {
    event.preventDefault();
    ui.signIn(document.getElementById("token").value.trim());
  };
  return html`<main class="sign-in card">
    <h1>${t("desk-title")}</h1>
    <p class="quiet">${t("desk-about")}</p>
    <form @submit=${submit}>
      <label for="token">${t("desk-code")}</label>
      <input id="token" name="token" type="password" autocomplete="current-password" autocapitalize="none" spellcheck="false"
        aria-describedby="help fault" aria-invalid=${String(Boolean(fault))} autofocus>
      <p id="help" class="quiet">${t("desk-code-help")}</p>
      <p id="fault" class="fault" role="alert">${fault ? html`${icon("error")}<span>${t(fault)}</span>` : nothing}</p>
      <button class="primary" ?disabled=${busy}>${t("desk-sign-in")}</button>
    </form>
    ${languages(ui, t)}
  </main>`;
}

const elsewhere = (ui, t) => html`<main class="sign-in card">
  <h1>${t("desk-elsewhere")}</h1><p>${t("desk-elsewhere-help")}</p>
  <button class="primary" @click=${ui.takeOver}>${t("desk-take-over")}</button></main>`;
