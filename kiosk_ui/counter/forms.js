/* The few forms of a desk: open, end, transfer, work outside the queue, a number from the paper roll. */
import { html } from "/ui/vendor/lit/lit-html.js";
import { live } from "/ui/vendor/lit/directives/live.js";
import { LANGUAGE_NAMES, pick } from "/ui/shared/i18n.js";
import { complete } from "/ui/counter/requests.js";

const RESOLUTIONS = ["first_contact", "referred", "pending"];
const GUIDANCE = ["none", "e_channel_shown", "e_channel_assisted"];
const CHANNELS = ["counter", "e_service", "paper", "remote", "provider_on_site"];
const POSITIONS = ["keep", "first", "last"];

export function openForm(state, ui, t) {
  const form = ui.formOf("open");
  const toggle = (list, id) => (list.includes(id) ? list.filter((one) => one !== id) : [...list, id]);
  return html`<form class="card open" @submit=${ui.submit("open")} autocomplete="off">
    <h2>${t("counter-open-heading")}</h2>
    <label class="field"><span>${t("counter-advisor")}</span>
      <input name="advisor" required maxlength="32" .value=${live(form.advisor)} @input=${(event) => ui.set({ advisor: event.target.value })}>
      <small>${t("counter-advisor-help")}</small></label>
    <fieldset><legend>${t("counter-services")} ${allOrNone(state.all_services.map((one) => one.id), "services", ui, t)}</legend>
      <div class="checks">${state.all_services.map((one) => html`<label class="check"><input type="checkbox" .checked=${live(form.services.includes(one.id))}
        @change=${() => ui.set({ services: toggle(form.services, one.id) })}><span><bdi>${pick(one.name, ui.lang, state.house)}</bdi>
        <small><bdi>${pick(one.provider_name, ui.lang, state.house)}</bdi></small></span></label>`)}</div></fieldset>
    <fieldset><legend>${t("counter-speaks")}</legend>
      <div class="checks short">${state.languages.map((one) => html`<label class="check"><input type="checkbox" .checked=${live(form.languages.includes(one))}
        @change=${() => ui.set({ languages: toggle(form.languages, one) })}><span lang=${one}>${LANGUAGE_NAMES[one] ?? one}</span></label>`)}</div></fieldset>
    <button class="primary" type="submit" ?disabled=${Boolean(ui.busy) || !complete.open(form)}>${t("counter-open")}<kbd>F2</kbd></button>
  </form>`;
}

function allOrNone(ids, key, ui, t) {
  return html`<button type="button" class="flat" @click=${() => ui.set({ [key]: ids })}>${t("counter-all")}</button>
    <button type="button" class="flat" @click=${() => ui.set({ [key]: [] })}>${t("counter-none")}</button>`;
}

/** How it went: the first choice of each row is right for most, so that the usual end is two presses of one key. */
export function endForm(state, ui, t) {
  const form = ui.formOf("end");
  return html`<form class="panel" @submit=${ui.submit("end")}>
    ${choice("resolution", RESOLUTIONS, form, ui, t)}
    ${choice("guidance", GUIDANCE, form, ui, t)}
    ${choice("channel", CHANNELS, form, ui, t)}
    <label class="field"><span>${t("counter-next-service")}</span>
      <select @change=${(event) => ui.set({ next: event.target.value })}>
        <option value="" ?selected=${!form.next}>${t("counter-next-none")}</option>${serviceOptions(state, ui, form.next)}</select></label>
    ${cancel(ui, t)}
  </form>`;
}

export function transferForm(state, ui, t) {
  const form = ui.formOf("transfer");
  const counters = state.counters.filter((one) => one.id !== state.id && one.state === "open");
  const queues = state.queues.map((one) => option(one.id, pick(one.name, ui.lang, state.house), form.target));
  const booths = (state.booths ?? []).filter((one) => one.state === "free");
  const places = ["service", "queue", "counter", ...(booths.length ? ["booth"] : [])];
  const options = { booth: () => booths.map((one) => option(one.id, pick(one.name, ui.lang, state.house), form.target)), service: () => serviceOptions(state, ui, form.target), queue: () => queues,
    counter: () => counters.map((one) => option(one.id, pick(one.name, ui.lang, state.house), form.target)) }[form.to]();
  return html`<form class="panel" @submit=${ui.submit("transfer")}>
    <button class="primary" type="submit" ?disabled=${Boolean(ui.busy) || !complete.transfer(form)}>${t("counter-transfer")}<kbd>F2</kbd></button>
    ${segments(t("counter-to"), places, (one) => t(`counter-${one}`), form.to, (to) => ui.set({ to, target: "" }))}
    <label class="field"><span>${t(`counter-${form.to}`)}</span>
      <select data-first @change=${(event) => ui.set({ target: event.target.value })}>
        <option value="" ?selected=${!form.target}>${t("counter-choose")}</option>${options}</select></label>
    ${form.to === "booth" ? html`<p class="quiet">${t("counter-booth-what")}</p>` : html`
      ${choice("position", POSITIONS, form, ui, t)}
      <label class="check"><input type="checkbox" .checked=${live(form.return)} @change=${(event) => ui.set({ return: event.target.checked })}>
        <span>${t("counter-return")}</span></label>`}
    ${cancel(ui, t)}
  </form>`;
}

/** Work outside the queue, or a number from the paper roll. */
export const sidePanel = (state, ui, t) => (ui.panel === "work" ? workForm(state, ui, t) : rollForm(state, ui, t));

function workForm(state, ui, t) {
  const form = ui.formOf("work");
  return html`<form class="card panel" @submit=${ui.submit("work")}>
    <h2>${t("counter-work-heading")}</h2>
    ${serviceField(state, form, ui, t)}
    <label class="field"><span>${t("counter-minutes")}</span><input type="number" name="minutes" data-first min="1" max="600" required
      .value=${live(String(form.minutes))} @input=${(event) => ui.set({ minutes: event.target.value })}></label>
    ${choice("channel", CHANNELS, form, ui, t)}
    <button class="primary" type="submit" ?disabled=${Boolean(ui.busy) || !complete.work(form)}>${t("counter-record")}<kbd>F2</kbd></button>
    ${cancel(ui, t)}</form>`;
}

function rollForm(state, ui, t) {
  const form = ui.formOf("roll");
  return html`<form class="card panel" @submit=${ui.submit("roll")}>
    <h2>${t("counter-roll")}</h2><p class="quiet">${t("counter-roll-help")}</p>
    ${serviceField(state, form, ui, t)}
    <label class="field"><span>${t("counter-number")}</span><input type="number" name="n" data-first min="1" max="999" required
      .value=${live(String(form.n))} @input=${(event) => ui.set({ n: event.target.value })}></label>
    <button class="primary" type="submit" ?disabled=${Boolean(ui.busy || state.current) || !complete.roll(form)}>${t("counter-call")}<kbd>F2</kbd></button>
    ${cancel(ui, t)}</form>`;
}

const serviceField = (state, form, ui, t) => html`<label class="field"><span>${t("counter-service")}</span>
  <select name="service" @change=${(event) => ui.set({ service: event.target.value })}>${serviceOptions(state, ui, form.service)}</select></label>`;

/** All services, provider by provider. */
function serviceOptions(state, ui, chosen) {
  const providers = [...new Set(state.all_services.map((one) => one.provider))];
  return providers.map((provider) => {
    const own = state.all_services.filter((one) => one.provider === provider);
    return html`<optgroup label=${pick(own[0].provider_name, ui.lang, state.house) || provider}>
      ${own.map((one) => option(one.id, pick(one.name, ui.lang, state.house), chosen))}</optgroup>`;
  });
}

const option = (id, name, chosen) => html`<option value=${id} ?selected=${id === chosen}>${name}</option>`;

const choice = (key, values, form, ui, t) =>
  segments(t(`counter-${key}`), values, (one) => t(`counter-${key}-${one}`), form[key], (one) => ui.set({ [key]: one }));

function segments(title, values, name, chosen, choose) {
  return html`<fieldset class="segments"><legend>${title}</legend><div role="group">${values.map((one) => html`
    <button type="button" aria-pressed=${one === chosen} @click=${() => choose(one)}>${name(one)}</button>`)}</div></fieldset>`;
}

const cancel = (ui, t) => html`<button type="button" class="flat cancel" @click=${() => ui.show(null)}>${t("counter-cancel")}<kbd>Esc</kbd></button>`;
