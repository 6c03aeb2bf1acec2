// The two questions: whose service, and what about. Closed and full ones stay in sight and say why.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { repeat } from "/ui/vendor/lit/directives/repeat.js";
import { icon, picture } from "/ui/shared/icons.js";
import { minutes } from "/ui/shared/i18n.js";

/** Home: providers, then the two ways out for who has a time and who does not know. */
export function homeView({ state, session, t, name, act }) {
  const tiles = state.providers.filter((one) => one.services.some((service) => service.id !== state.general));
  const general = findService(state, state.general);
  const ways = tiles.length;
  return html`
    <p class="above">${t("kiosk-welcome")}</p>
    <h1 tabindex="-1">${t("kiosk-question")}</h1>
    <div class="tiles">${repeat(tiles, (one) => one.id, (one, i) => tile(one, i, { session, t, name, act }))}</div>
    <div class="rows two">
      ${state.appointments ? appointmentRow(ways + 1, t, act) : nothing}
      ${general ? generalRow(general, ways + (state.appointments ? 2 : 1), session, t, act) : nothing}
    </div>`;
}

/** What is it about: the services of one provider. */
export function servicesView({ state, session, t, name, act }) {
  const provider = state.providers.find((one) => one.id === session.provider);
  const services = provider?.services ?? [];
  return html`
    <p class="above">${name(provider?.name)}</p>
    <h1 tabindex="-1">${t("kiosk-question-service")}</h1>
    <div class="rows">
      ${repeat(services, (one) => one.id, (one, i) => serviceRow(one, i, { session, t, name, act }))}
    </div>
    ${backRow(t, act)}`;
}

export const backRow = (t, act) => html`
  <button class="card row quiet-row" data-home @click=${act((a) => a.home())}>
    ${icon("arrow-left")}<span class="words"><span class="name">${t("kiosk-back")}</span></span>
  </button>`;

function tile(provider, i, { session, t, name, act }) {
  const usable = provider.services.filter(takeable);
  const one = provider.services.length === 1 ? provider.services[0] : null;
  const press = (a) => (one ? a.take(one.id) : a.open(provider.id));
  return html`
    <button class="card tile" ?disabled=${usable.length === 0} data-digit=${i + 1} data-provider=${provider.id}
      aria-busy=${busy(session, one?.id)} @click=${act(press)}>
      ${picture(provider.icon || "help")}<span class="digit" aria-hidden="true">${i + 1}</span>
      <span class="words">
        <span class="name">${name(provider.name)}</span>
        <span class="hint">${name(provider.hint)}</span>
      </span>
      <span class="wait">${icon(usable.length ? "clock" : "lock")}<span>${providerWait(provider, t, name)}</span></span>
    </button>`;
}

function serviceRow(service, i, { session, t, name, act }) {
  return html`
    <button class="card row" ?disabled=${!takeable(service)} data-digit=${i + 1} data-service=${service.id}
      aria-busy=${busy(session, service.id)} @click=${act((a) => a.take(service.id))}>
      <span class="digit" aria-hidden="true">${i + 1}</span>
      <span class="words">
        <span class="name">${name(service.name)}</span>
        <span class="hint">${name(service.hint)}</span>
        <span class="wait">${serviceWait(service, t, name)}</span>
      </span>
      ${takeable(service) ? icon("chevron-right", "small") : icon("lock", "small")}
    </button>`;
}

const appointmentRow = (digit, t, act) => html`
  <button class="card row" data-digit=${digit} data-way="appointment" @click=${act((a) => a.enterCode())}>
    ${icon("calendar-checked")}<span class="digit" aria-hidden="true">${digit}</span>
    <span class="words">
      <span class="name">${t("kiosk-appointment")}</span><span class="hint">${t("kiosk-appointment-hint")}</span>
    </span>
    ${icon("chevron-right", "small")}
  </button>`;

const generalRow = (service, digit, session, t, act) => html`
  <button class="card row" data-digit=${digit} data-way="general" ?disabled=${!takeable(service)}
    aria-busy=${busy(session, service.id)} @click=${act((a) => a.take(service.id))}>
    ${picture("helpdesk")}<span class="digit" aria-hidden="true">${digit}</span>
    <span class="words">
      <span class="name">${t("kiosk-general")}</span><span class="hint">${t("kiosk-general-hint")}</span>
    </span>
    ${icon("chevron-right", "small")}
  </button>`;

const busy = (session, service) => String(Boolean(service) && session.pending?.body?.service === service);

export const takeable = (service) => service.open && !service.full;

export function findService(state, id) {
  for (const provider of state.providers) {
    const found = provider.services.find((one) => one.id === id);
    if (found) return found;
  }
  return null;
}

/** A provider's queues together: waiting adds up, an estimate is only told when there is one queue to tell it of. */
function providerWait(provider, t, name) {
  const usable = provider.services.filter(takeable);
  if (usable.length === 0) return serviceWait(provider.services[0], t, name);
  const queues = new Map(usable.map((one) => [one.queue, one]));
  const waiting = [...queues.values()].reduce((sum, one) => sum + one.waiting, 0);
  return wait(waiting, queues.size === 1 ? usable[0].estimate : null, t);
}

function serviceWait(service, t, name) {
  if (!service.open) {
    const when = service.opens_text ? name(service.opens_text, true) : "";
    return when ? t("kiosk-closed-opens", { when }) : t("kiosk-closed");
  }
  if (service.full) return t("kiosk-full");
  return wait(service.waiting, service.estimate, t);
}

function wait(n, estimate, t) {
  if (n === 0) return t("kiosk-no-queue");
  const about = minutes(estimate);
  return about === null ? t("kiosk-queue", { n }) : t("kiosk-queue-minutes", { n, minutes: about });
}
