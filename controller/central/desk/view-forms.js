// What is done to the session: end, identity, hand over, move. One form at a time, in the place of the side.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { live } from "/ui/vendor/lit/directives/live.js";
import { GUIDANCE, METHODS, OUTCOMES, POSITIONS, QUANTITY_MOST, RESOLUTIONS, RESULTS, complete } from "/expert/forms.js";

export function forms(ui, t, name = ui.panel) {
  const form = ui.formOf(name);
  const submit = (event) => {
    event.preventDefault();
    ui.submit(name);
  };
  const busy = ui.busy.has(name);
  return html`<form class="panel" data-form=${name} @submit=${submit}>
    <h2>${t(`desk-${name}`)}</h2>
    <div class="fields">${{ end, identity, hand_over: handOver, move }[name](form, ui, t)}</div>
    <button class="primary" type="submit" ?disabled=${busy || !complete[name](form)}>${t(busy ? "desk-being-done" : `desk-${name}-confirm`)}<kbd>F2</kbd></button>
    ${ui.call.isOver ? nothing : html`<button type="button" class="flat cancel" @click=${() => ui.show(null)}>${t("desk-cancel")}<kbd>Esc</kbd></button>`}
  </form>`;
}

function end(form, ui, t) {
  return html`${choice("outcome", OUTCOMES, form, ui, t, true)}
    ${form.outcome === "completed" && !ui.call.isSupport ? html`
      ${choice("resolution", RESOLUTIONS, form, ui, t)}${choice("guidance", GUIDANCE, form, ui, t)}
      ${delivered(form, ui, t)}` : nothing}`;
}

/** Which services were given, and how many of each: the figures come from this. */
function delivered(form, ui, t) {
  const { services, brief } = ui.call;
  const own = services.filter((one) => one.provider === brief.provider);
  const listed = own.length ? own : [{ id: brief.service, name: brief.service_name }];
  const count = (id, qty) => {
    const { [id]: _, ...rest } = form.delivered;
    ui.set({ delivered: qty ? { ...rest, [id]: qty } : rest });
  };
  return html`<fieldset><legend>${t("desk-delivered")}</legend><ul class="delivered">${listed.map(({ id, name }) => html`<li>
    <label class="check"><input type="checkbox" .checked=${live(id in form.delivered)} @change=${(event) => count(id, event.target.checked ? 1 : 0)}>
      <span><bdi>${ui.name(name) || id}</bdi></span></label>
    ${id in form.delivered ? html`<input type="number" min="1" max=${QUANTITY_MOST} aria-label=${t("desk-quantity")} .value=${live(String(form.delivered[id]))}
      @change=${(event) => count(id, Math.min(QUANTITY_MOST, Math.max(1, Number(event.target.value) || 1)))}>` : nothing}</li>`)}</ul></fieldset>`;
}

function identity(form, ui, t) {
  return html`${choice("method", METHODS, form, ui, t)}${choice("result", RESULTS, form, ui, t)}
    <p class="quiet">${t("desk-identity-help")}</p>`;
}

function handOver(form, ui, t) {
  const { counters, queues, services } = ui.call;
  const targets = {
    counter: counters.filter((one) => one.open), queue: queues.filter((one) => one.open), service: services,
  };
  const kinds = Object.keys(targets).filter((one) => targets[one].length);
  return html`<p class="quiet">${t("desk-hand-over-help")}</p>
    ${segments(t("desk-to"), kinds, (one) => t(`desk-${one}`), form.to, (to) => ui.set({ to, target: "" }))}
    <label class="field"><span>${t(`desk-${form.to}`)}</span>
      <select data-first @change=${(event) => ui.set({ target: event.target.value })}>
        <option value="" ?selected=${!form.target}>${t("desk-choose")}</option>
        ${targets[form.to].map((one) => option(one.id, ui.name(one.name) || one.id, form.target))}</select></label>
    ${choice("position", POSITIONS, form, ui, t)}`;
}

function move(form, ui, t) {
  const services = ui.call.services.filter((one) => one.remote);
  const providers = [...new Set(services.map((one) => one.provider))];
  return html`<p class="quiet">${t("desk-move-help")}</p>
    <label class="field"><span>${t("desk-service")}</span>
      <select data-first @change=${(event) => ui.set({ service: event.target.value })}>${providers.map((provider) => {
        const own = services.filter((one) => one.provider === provider);
        return html`<optgroup label=${ui.name(own[0].provider_name) || provider}>${own.map((one) => option(one.id, ui.name(one.name) || one.id, form.service))}</optgroup>`;
      })}</select></label>`;
}

const option = (id, name, chosen) => html`<option value=${id} ?selected=${id === chosen}>${name}</option>`;

const choice = (key, values, form, ui, t, first = false) =>
  segments(t(`desk-${key}`), values, (one) => t(`desk-${key}-${one}`), form[key], (one) => ui.set({ [key]: one }), first);

function segments(title, values, name, chosen, choose, first = false) {
  return html`<fieldset class="segments"><legend>${title}</legend><div role="group">${values.map((one, n) => html`
    <button type="button" ?data-first=${first && n === 0} aria-pressed=${String(one === chosen)} @click=${() => choose(one)}>${name(one)}</button>`)}</div></fieldset>`;
}
