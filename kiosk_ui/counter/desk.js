/* The customer at the desk and the big button that is always the next sensible step. */
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { LANGUAGE_NAMES, pick, showNumber } from "/ui/shared/i18n.js";
import { offered, primary } from "/ui/counter/requests.js";
import { endForm, transferForm } from "/ui/counter/forms.js";
import { askForExpert } from "/ui/counter/support-view.js";
import { timer } from "/ui/counter/time.js";

export const KEYS = { primary: "F2", recall: "F4", hold: "F8", transfer: "F9", noShow: "F10" };

const WORDS = {
  callNext: "counter-call-next", start: "counter-start", end: "counter-end", available: "counter-back-to-service", roll: "counter-roll",
  recall: "counter-recall", hold: "counter-hold", transfer: "counter-transfer", noShow: "counter-no-show",
};

export function desk(state, ui, t) {
  const panel = state.current ? ui.panel : null;
  return html`<div class="card current ${state.current?.state ?? "none"}">${state.current ? customer(state, ui, t) : nobody(state, t)}</div>
    ${panel === "transfer" ? transferForm(state, ui, t) : html`
      <button class="primary" ?disabled=${Boolean(ui.busy)} @click=${ui.pressPrimary}>
        ${panel === "end" ? t("counter-end-confirm") : t(WORDS[primary(state)])}<kbd>${KEYS.primary}</kbd></button>
      ${panel === "end" ? endForm(state, ui, t) : others(state, ui, t)}`}`;
}

/** The service with this id as the state describes it. */
export const serviceOf = (state, id) => state.all_services.find((one) => one.id === id);

export function serviceName(state, id, lang) {
  const service = serviceOf(state, id);
  return service ? pick(service.name, lang, state.house) : id;
}

function customer(state, ui, t) {
  const { current } = state;
  const provider = pick(serviceOf(state, current.service)?.provider_name, ui.lang, state.house);
  return html`${askForExpert(state, ui, t)}
    <p class="number">${showNumber(current.number).replace("\u2009", "\u00a0")}</p>
    <p class="doing"><b>${t(`counter-state-${current.state}`)}</b> <span class="timer">${timer(lasts(current, ui))}</span>
      ${current.call > 1 ? html`<span class="tag">${t("counter-call-count", { n: current.call })}</span>` : nothing}</p>
    <p class="what"><bdi>${serviceName(state, current.service, ui.lang)}</bdi> <span class="quiet"><bdi>${provider}</bdi></span></p>
    <p class="tags">${languageTag(current.language, state)}
      ${current.also?.length ? html`<span>${t("counter-also")}: <bdi>${current.also.map((id) => serviceName(state, id, ui.lang)).join(", ")}</bdi></span>` : nothing}</p>`;
}

/** How long ago the call was; or the service itself until now, less what it was on hold, whoever else is asked in it. */
function lasts({ state, called_at, started_at, held_ms }, ui) {
  return state === "serving" ? ui.age(started_at) - held_ms : ui.age(called_at);
}

/** The customer's language, loud when it is not the house's. */
export function languageTag(lang, state) {
  const name = LANGUAGE_NAMES[lang] ?? lang;
  return html`<span class="tag ${lang === state.house ? "" : "loud"}" lang=${lang}>${name}</span>`;
}

function nobody(state, t) {
  const served = state.waiting.some((row) => row.eligible);
  return html`<p class="nobody">${t("counter-nobody")}</p>${served ? nothing : html`<p class="quiet">${t("counter-nobody-waits")}</p>`}`;
}

function others(state, ui, t) {
  return html`<div class="others">${offered(state).map((name) => html`
    <button class="button" ?disabled=${Boolean(ui.busy)} @click=${() => ui.press(name)}>${t(WORDS[name])}<kbd>${KEYS[name]}</kbd></button>`)}</div>`;
}
