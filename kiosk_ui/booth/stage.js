// The session itself: the expert large, the customer's own picture, what is shared; controls; and, when the line is
// gone, calm words in the same place.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { live } from "/ui/vendor/lit/directives/live.js"; // a stream that is set anew begins anew
import { icon } from "/ui/shared/icons.js";
import { LEVELS, LONG_BREAK_S } from "/ui/booth/session.js";
import { filesView } from "/ui/booth/files.js";
import { deviceSign } from "/ui/booth/signs.js";
import { keyboard, textPanel } from "/ui/booth/text.js";
import { deviceWords, missing } from "/ui/booth/waiting.js";

export function stageView(all) {
  const { session, call, t } = all;
  const { talk } = session;
  return html`
    <h1 tabindex="-1" class="only-heard">${t("booth-in-session")}</h1>
    <div class="scene" ?data-text=${talk.panel}>
      <div class="seen">
        ${pictures(all)}
        <p class="caption" ?hidden=${!talk.caption} lang=${session.language}>
          <strong>${t("booth-caption")}</strong> ${talk.caption}
        </p>
        <div class="told">
          ${lights(all)}
          ${all.step === "talk" && talk.muted.audio ? html`<p class="sign" data-live>${t("booth-expert-muted")}</p>` : nothing}
        </div>
        ${call.talk ? missing(all.devices, t) : nothing}
      </div>
      ${talk.panel ? html`${textPanel(all)} ${keyboard(all)}` : nothing}
    </div>
    ${filesView(all)}
    ${controls(all)}`;
}

function pictures({ step, session, call, devices, loudness, now, t }) {
  const { camera, screen } = call.streams;
  const shared = session.talk.screen && screen;
  return html`
    <div class="pane" ?data-shared=${Boolean(shared)}>
      <video class="expert" autoplay playsinline aria-label=${t("booth-expert-picture")} .srcObject=${live(camera)}
        .volume=${loudness}></video>
      ${shared ? html`<video class="shared" autoplay playsinline .muted=${true} aria-label=${t("booth-shared-picture")}
        .srcObject=${live(screen)}></video>` : nothing}
      <video class="self" autoplay playsinline .muted=${true} aria-label=${t("booth-own-picture")}
        ?hidden=${!sent({ devices, session }).camera} .srcObject=${live(devices.stream)}></video>
      ${status({ step, call, now, t })}
    </div>`;
}

/** What the expert can see and hear of the customer, as far as this page decides it. */
function sent({ devices, session }) {
  const { off } = session.talk;
  const held = session.was?.state === "held";
  return {
    camera: devices.open.camera && !off.video && !held, microphone: devices.open.microphone && !off.audio && !held,
  };
}

/** Below the picture, always: what goes out from here, in words and signs. */
function lights({ devices, session, t }) {
  const on = sent({ devices, session });
  return html`<p class="lights" role="status">
    ${deviceSign("camera", !on.camera)}${deviceSign("microphone", !on.microphone)}<span>${deviceWords(on, t)}</span></p>`;
}

/** Over the picture, when there is none. */
function status({ step, call, now, t }) {
  if (step === "talk") return nothing;
  const long = step === "interrupted" && now - call.now.since > LONG_BREAK_S * 1000;
  return html`<div class="status card" role="status" data-said>
    ${icon(step === "interrupted" ? "refresh" : step === "held" ? "clock" : "hourglass", "huge")}
    <p class="title" data-live>${t(`booth-${step}-title`)}</p>
    <p class="big-text">${t(`booth-${step}-text`)}</p>
    ${long ? html`<p class="big-text" data-live>${t("booth-interrupted-long")}</p>` : nothing}
  </div>`;
}

function controls({ state, session, t, act }) {
  const { talk, volume } = session;
  return html`
    <div class="controls" role="group" aria-label=${t("booth-controls")}>
      <button class="button" data-digit="1" data-turn="text" aria-pressed=${talk.panel} @click=${act((a) => a.text(), true)}>${t("booth-text")}</button>
      ${turn(2, "microphone", talk.off.audio, t, act((a) => a.microphone(), true))}
      ${turn(3, "camera", talk.off.video, t, act((a) => a.camera(), true))}
      <button class="button" data-digit="4" data-way="general" ?disabled=${state.help} @click=${act((a) => a.help(), true)}>
        <span data-live>${t(state.help ? "booth-help-called" : "booth-help")}</span>
      </button>
      <div class="loudness">
        <button class="button" data-volume="down" @click=${act((a) => a.volume(-1), true)}>${icon("minus")}${t("kiosk-softer")}</button>
        <p class="level"><span>${t("kiosk-volume", { level: volume, levels: LEVELS })}</span>
          <span class="bars" aria-hidden="true">${[...Array(LEVELS).keys()].map((n) => html`<i ?data-on=${n < volume}></i>`)}</span></p>
        <button class="button" data-volume="up" @click=${act((a) => a.volume(1), true)}>${icon("plus")}${t("kiosk-louder")}</button>
      </div>
      <button class="button danger" data-digit="9" data-end @click=${act((a) => a.askEnd(), true)}>${icon("close")}${t("booth-end")}</button>
    </div>`;
}

const TURN = {
  microphone: { on: "booth-microphone-on", off: "booth-microphone-off" },
  camera: { on: "booth-camera-on", off: "booth-camera-off" },
};

/** The words are what a press does; the sign is how it stands. */
const turn = (digit, name, off, t, press) => html`
  <button class="button" data-digit=${digit} data-turn=${name} ?data-off=${off} @click=${press}>
    ${deviceSign(name, off)}${t(TURN[name][off ? "on" : "off"])}</button>`;

export const endDialog = ({ session, step, t, act }) => html`
  <dialog class="still" role="alertdialog" data-open=${session.talk.ending} aria-labelledby="end-title"
    aria-describedby="end-text" @cancel=${(event) => event.preventDefault()}>
    <h2 id="end-title">${t(step === "waiting" ? "booth-leave-title" : "booth-end-title")}</h2>
    <p id="end-text">${t(step === "waiting" ? "booth-leave-text" : "booth-end-text")}</p>
    <button class="button danger wide" data-digit="1" data-end-yes @click=${act((a) => a.end(), true)}>
      ${t(step === "waiting" ? "booth-leave" : "booth-end")}
    </button>
    <button class="button primary wide" data-digit="2" data-end-no autofocus @click=${act((a) => a.goOn(), true)}>${t("kiosk-continue")}</button>
  </dialog>`;

export const stillDialog = ({ session, t, act }) => html`
  <dialog class="still" role="alertdialog" data-open=${Boolean(session.talk.still) && !session.talk.ending}
    aria-labelledby="picture-title" aria-describedby="picture-text" @cancel=${(event) => event.preventDefault()}>
    <h2 id="picture-title">${t("booth-still-title")}</h2>
    <p id="picture-text">${t("booth-still-text")}</p>
    <button class="button primary wide" data-digit="1" data-still-yes @click=${act((a) => a.still(true), true)}>${t("booth-still-yes")}</button>
    <button class="button wide" data-digit="2" data-still-no @click=${act((a) => a.still(false), true)}>${t("booth-still-no")}</button>
  </dialog>`;
