// What is done to the session: end, identity, hand over, move. One form at a time, in the place of the side; what it
// cannot do without comes first.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { live } from "/ui/vendor/lit/directives/live.js";
import { icon } from "/ui/shared/icons.js";
import { GUIDANCE, METHODS, OUTCOMES, POSITIONS, QUANTITY_MOST, RESOLUTIONS, RESULTS, missing, whereTo } from "/expert/forms.js";

const TYPED = "select, textarea, input[type=number]"; // a digit there is the field's own

export function forms(ui, t, name = ui.panel) {
  const form = ui.formOf(name);
  const submit = (event) => {
    event.preventDefault();
    ui.submit(name);
  };
  const busy = ui.busy.has(name);
  const wants = missing[name](form, ui.call);
  return html`<form class="panel" data-form=${name} @submit=${submit} @keydown=${chooseByDigit}>
    <div class="head"><h2>${t(`desk-${name}`)}</h2>
      ${ui.call.isOver ? nothing : html`<button type="button" class="flat cancel" @click=${() => ui.show(null)}>${t("desk-cancel")}<kbd>Esc</kbd></button>`}</div>
    <div class="fields">${{ end, identity, hand_over: handOver, move }[name](form, ui, t)}
      <i class="more" aria-hidden="true"></i><i class="tail" aria-hidden="true"></i></div>
    <p class="missing ${ui.urged ? "loud" : ""}" id="missing" role="status">${wants ? html`${ui.urged ? icon("warning") : nothing}<span>${t(wants)}</span>` : nothing}</p>
    <button class="primary" type="submit" ?disabled=${busy || Boolean(wants)} aria-describedby="missing">${t(busy ? "desk-being-done" : `desk-${name}-confirm`)}<kbd>F2</kbd></button>
  </form>`;
}

/** 1, 2, 3: the choice that has digits. Only in the form: elsewhere a digit is a letter to the customer. */
function chooseByDigit(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches(TYPED)) return;
  const choice = event.currentTarget.querySelector(`[aria-keyshortcuts="${CSS.escape(event.key)}"]`);
  if (!choice) return;
  event.preventDefault();
  choice.focus();
  choice.click();
}

function end(form, ui, t) {
  return html`${choice("outcome", OUTCOMES, form, ui, t, true)}
    ${form.outcome === "completed" && !ui.call.isSupport ? html`
      ${choice("resolution", RESOLUTIONS, form, ui, t)}${choice("guidance", GUIDANCE, form, ui, t)}
      ${delivered(form, ui, t)}` : nothing}`;
}

/** Which services were given, and how many of each: the figures come from this. What the customer came for is first. */
function delivered(form, ui, t) {
  const { services, brief } = ui.call;
  const own = services.filter((one) => one.provider === brief.provider);
  const wanted = own.find((one) => one.id === brief.service) ?? { id: brief.service, name: brief.service_name };
  const listed = [wanted, ...own.filter((one) => one !== wanted)];
  const count = (id, qty) => {
    const { [id]: _, ...rest } = form.delivered;
    ui.set(form, { delivered: qty ? { ...rest, [id]: qty } : rest });
  };
  return html`<fieldset><legend>${t("desk-delivered")}</legend><ul class="delivered">${listed.map(({ id, name }) => html`<li>
    <label class="check"><input type="checkbox" .checked=${live(id in form.delivered)} @change=${(event) => count(id, event.target.checked ? 1 : 0)}>
      <span><bdi>${ui.name(name) || id}</bdi></span></label>
    ${id in form.delivered ? html`<input type="number" min="1" max=${QUANTITY_MOST} aria-label=${t("desk-quantity")} .value=${live(String(form.delivered[id]))}
      @change=${(event) => count(id, Math.min(QUANTITY_MOST, Math.max(1, Number(event.target.value) || 1)))}>` : nothing}</li>`)}</ul></fieldset>`;
}

function identity(form, ui, t) {
  return html`${choice("result", RESULTS, form, ui, t, true)}${choice("method", METHODS, form, ui, t)}
    <p class="quiet">${t("desk-identity-help")}</p>`;
}

function handOver(form, ui, t) {
  const { kinds, kind, places, target } = whereTo(form, ui.call);
  if (!kinds.length) return nothing; // what is missing says so
  return html`<p class="quiet">${t("desk-hand-over-help")}</p>
    ${segments("to", t("desk-to"), kinds, (one) => t(`desk-${one}`), kind, (to) => ui.set(form, { to, target: "" }))}
    <label class="field"><span>${t(`desk-${kind}`)}</span>
      <select data-first data-required @change=${(event) => ui.set(form, { to: kind, target: event.target.value })}>
        <option value="" ?selected=${!target}>${t("desk-choose")}</option>
        ${places.map((one) => option(one.id, ui.name(one.name) || one.id, target))}</select></label>
    ${choice("position", POSITIONS, form, ui, t)}`;
}

function move(form, ui, t) {
  const services = ui.call.services.filter((one) => one.remote);
  const providers = [...new Set(services.map((one) => one.provider))];
  return html`<p class="quiet">${t("desk-move-help")}</p>
    <label class="field"><span>${t("desk-service")}</span>
      <select data-first data-required @change=${(event) => ui.set(form, { service: event.target.value })}>${providers.map((provider) => {
        const own = services.filter((one) => one.provider === provider);
        return html`<optgroup label=${ui.name(own[0].provider_name) || provider}>${own.map((one) => option(one.id, ui.name(one.name) || one.id, form.service))}</optgroup>`;
      })}</select></label>`;
}

const option = (id, name, chosen) => html`<option value=${id} ?selected=${id === chosen}>${name}</option>`;

const choice = (key, values, form, ui, t, required = false) =>
  segments(key, t(`desk-${key}`), values, (one) => t(`desk-${key}-${one}`), form[key], (one) => ui.set(form, { [key]: one }), required);

/** One of a few, as radio buttons: arrows go through them. One that is required has the focus first, and digits. */
function segments(key, title, values, name, chosen, choose, required = false) {
  return html`<fieldset class="segments" ?data-required=${required}><legend>${title}</legend><div>${values.map((one, n) => html`
    <label><input type="radio" name=${key} value=${one} ?data-first=${required && (chosen ? one === chosen : n === 0)} .checked=${live(one === chosen)}
      aria-keyshortcuts=${required ? n + 1 : nothing} @change=${() => choose(one)}>
      <span>${name(one)}</span>${required ? html`<small aria-hidden="true">${n + 1}</small>` : nothing}</label>`)}</div></fieldset>`;
}
