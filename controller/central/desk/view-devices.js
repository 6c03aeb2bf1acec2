// Which camera, microphone and loudspeaker: in a session at once, before one with a look at oneself.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { live } from "/ui/vendor/lit/directives/live.js"; // a stream that is set anew begins anew

export function devicesPanel(ui, t) {
  const { devices, call } = ui;
  const looking = Boolean(devices.stream);
  return html`<section class="devices card" aria-label=${t("desk-devices")}>
    <h2>${t("desk-devices")}</h2>
    ${looking ? html`<div class="self"><video autoplay playsinline .muted=${true} .srcObject=${live(devices.stream)} aria-label=${t("desk-self")}></video></div>` : nothing}
    ${devices.fault ? html`<p class="fault" role="alert">${t(`desk-device-${devices.fault}`)}</p>` : nothing}
    ${["camera", "microphone", "speaker"].map((kind) => select(kind, ui, t))}
    <div class="buttons">
      ${call ? nothing : html`<button class="flat" @click=${() => (looking ? devices.stop() : devices.start())}>${t(looking ? "desk-test-end" : "desk-test")}</button>`}
      <button class="flat" data-first @click=${() => ui.show(null)}>${t("desk-close")}<kbd>Esc</kbd></button></div>
  </section>`;
}

function select(kind, { devices }, t) {
  const there = devices.there[kind];
  if (!there.length && kind === "speaker") return nothing; // this browser leaves the choice to the machine
  return html`<label class="field"><span>${t(`desk-${kind}`)}</span>
    <select ?disabled=${!there.length} @change=${(event) => devices.choose(kind, event.target.value)}>
      <option value="">${t("desk-device-usual")}</option>
      ${there.map(({ id, label }, n) => html`<option value=${id} ?selected=${id === devices.chosen[kind]}>${label || `${t(`desk-${kind}`)} ${n + 1}`}</option>`)}</select></label>`;
}
