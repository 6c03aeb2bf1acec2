// The booth's first question: which matter, or an appointment. What cannot be had now stays in sight and says why.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { repeat } from "/ui/vendor/lit/directives/repeat.js";
import { minutes } from "/ui/shared/i18n.js";
import { icon, picture } from "/ui/shared/icons.js";
import { plain } from "/ui/booth/notices.js";

export function homeView({ state, session, t, name, act }) {
  const services = state.booked ? [] : state.services;
  return html`
    <p class="above">${t("booth-welcome")}</p>
    <h1 tabindex="-1">${state.booked ? t("booth-booked-title", { time: state.booked }) : t("booth-question")}</h1>
    <p class="big-text">${t(state.booked ? "booth-booked" : "booth-intro")}</p>
    <div class="rows">
      ${repeat(services, (one) => one.id, (one, i) => serviceRow(one, i, { session, t, name, act }))}
    </div>
    <div class="rows two">
      <button class="card row" data-digit=${services.length + 1} data-way="appointment" @click=${act((a) => a.enterCode())}>
        ${icon("calendar-checked")}<span class="digit" aria-hidden="true">${services.length + 1}</span>
        <span class="words">
          <span class="name">${t("kiosk-appointment")}</span><span class="hint">${t("booth-appointment-hint")}</span>
        </span>
        ${icon("chevron-right", "small")}
      </button>
      ${helpRow(services.length + 2, state, t, act)}
    </div>`;
}

export const helpRow = (digit, state, t, act) => html`
  <button class="card row" data-digit=${digit} data-way="general" ?disabled=${state.help} @click=${act((a) => a.help(), true)}>
    ${picture("helpdesk")}<span class="digit" aria-hidden="true">${digit}</span>
    <span class="words"><span class="name" data-live>${t(state.help ? "booth-help-called" : "booth-help")}</span></span>
  </button>`;

const serviceRow = (service, i, { t, name, act }) => html`
  <button class="card row" ?disabled=${!takeable(service)} data-digit=${i + 1} data-service=${service.id}
    @click=${act((a) => a.choose(service.id))}>
    ${takeable(service) ? picture("conversation") : icon(service.open ? "clock" : "lock")}<span class="digit" aria-hidden="true">${i + 1}</span>
    <span class="words">
      <span class="hint">${name(service.provider_name)}</span>
      <span class="name">${name(service.name)}</span>
      <span class="hint">${name(service.hint)}</span>
      <span class="wait">${wait(service, t)}</span>
    </span>
    ${takeable(service) ? icon("chevron-right", "small") : nothing}
  </button>`;

const takeable = (service) => service.open && !service.full;

function wait({ open, full, estimate }, t) {
  if (!open) return t("kiosk-closed");
  if (full) return t("kiosk-full");
  const about = minutes(estimate);
  return about === null ? nothing : t("wait-minutes", { minutes: about });
}

/** Why no session can begin here now, or null. */
export function unusable({ state, devices, t }) {
  const { camera, microphone } = devices.there;
  if (!state.services.length || !state.consent) return plain("info", t("booth-not-in-use-title"), t("booth-not-in-use-text"));
  if (!camera && !microphone) return plain("alert", t("booth-out-title"), t("booth-out-text"));
  if (!state.services.some((one) => one.open)) return plain("clock", t("booth-closed-title"), t("booth-closed-text"));
  return null;
}
