// The wait for an expert: place, estimate, what happens next, and the way out.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { minutes, showNumber } from "/ui/shared/i18n.js";
import { icon, picture } from "/ui/shared/icons.js";

export function waitingView({ state, session, devices, t, name, act }) {
  const one = session.was;
  const ringing = one.state === "ringing";
  return html`
    <div class="issued">
      <div class="slip" data-said>
        <h1 tabindex="-1" data-live>${t(ringing ? "booth-ringing" : "booth-wait-title")}</h1>
        <p class="pulses" aria-hidden="true">${ringing ? html`${dot} ${dot} ${dot}` : icon("clock", "huge")}</p>
        ${one.number ? html`<p class="service">${t("kiosk-your-number")}</p>
          <p class="number" dir="ltr">${showNumber(one.number)}</p>` : nothing}
        <p class="service">${name(one.service_name)} · ${name(one.provider_name)}</p>
        ${ringing ? nothing : place(one, t)}
      </div>
      <div class="facts">
        ${again(one, t)}
        <p class="fact" data-said>${picture("conversation")}<span>${t("booth-wait-stay")}</span></p>
        <p class="fact">${picture("woman-buttons")}<span data-live>${deviceWords(devices.open, t)}</span></p>
        ${missing(devices, t)}
        <button class="button wide" data-digit="1" data-way="general" ?disabled=${state.help}
          @click=${act((a) => a.help(), true)}>${t(state.help ? "booth-help-called" : "booth-help")}</button>
        <button class="button danger wide" data-digit="2" data-leave @click=${act((a) => a.askEnd(), true)}>
          ${icon("close")}${t("booth-leave")}
        </button>
      </div>
    </div>`;
}

const dot = html`<i></i>`;

const AGAIN = { expert_left: "booth-wait-lost", moved: "booth-wait-moved" };

/** Who had an expert and waits again: why, and that nothing is lost. */
function again({ state, cause }, t) {
  if (state !== "queued" || !(cause in AGAIN)) return nothing;
  return html`<p class="notice" data-said data-live>${icon("info")}<span>${t(AGAIN[cause])}</span></p>`;
}

function place(one, t) {
  const about = minutes(one.estimate);
  return html`<p class="ahead">
    <span>${t("number-ahead", { n: one.ahead ?? 0 })}</span>
    ${about === null ? nothing : html`<br><span>${t("wait-minutes", { minutes: about })}</span>`}
    ${one.ready === 0 ? html`<br><span>${t("booth-none-ready")}</span>` : nothing}
  </p>`;
}

/** `on`: {camera, microphone}, whether each is open and sent. */
export function deviceWords(on, t) {
  if (on.camera && on.microphone) return t("booth-devices-on");
  if (on.camera) return t("booth-device-camera-on");
  return t(on.microphone ? "booth-device-microphone-on" : "booth-devices-off");
}

/** One device that is not there leaves the other: what that means for the customer. */
export function missing({ there }, t) {
  if (there.camera && there.microphone) return nothing;
  return html`<p class="notice warning" data-live>${icon("info")}
    <span>${t(there.camera ? "booth-no-microphone" : "booth-no-camera")}</span></p>`;
}
