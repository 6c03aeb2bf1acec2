// The document camera, and a still of a document looked at large.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { live } from "/ui/vendor/lit/directives/live.js"; // a stream that is set anew begins anew
import { icon } from "/ui/shared/icons.js";

const ZOOMS = ["fit", "100", "200", "300"];

export function documents(ui, t) {
  const { booth, talking, files } = ui.call;
  const asked = files.list.some((one) => one.kind === "still" && ["asked", "coming"].includes(one.state));
  return html`<div class="document ${booth.flows.document ? "" : "dim"}">
    ${booth.document ? html`<video autoplay playsinline .muted=${true} .srcObject=${live(booth.document)} aria-label=${t("desk-document")}></video>` : nothing}
    ${booth.flows.document ? nothing : html`<p class="covers">${t(booth.state === "up" ? "desk-no-document" : "desk-document-connecting")}</p>`}
    <p class="label">${t("desk-document")}</p>
    <button class="button still" ?disabled=${asked || booth.state !== "up" || talking.state !== "up"} @click=${ui.askStill}>
      ${t(asked ? "desk-still-asked" : "desk-still")}</button></div>`;
}

/** A still over everything: zoom, turn, look around by scrolling. */
export function viewer(ui, t) {
  const still = ui.call?.files.get(ui.still);
  if (!still?.url) return nothing;
  const close = (event) => event.target === event.currentTarget && ui.look(null);
  return html`<dialog class="viewer" aria-label=${t("desk-still-title")} @click=${close} @close=${() => ui.still && ui.look(null)}>
    <div class="tools" role="group" aria-label=${t("desk-zoom")}>
      ${ZOOMS.map((zoom) => html`<button class="button" aria-pressed=${String(ui.zoom === zoom)} @click=${() => ui.change({ zoom })}>
        ${zoom === "fit" ? t("desk-zoom-fit") : `${zoom} %`}</button>`)}
      <button class="button" @click=${() => ui.change({ turned: (ui.turned + 1) % 4 })}>${icon("refresh")}${t("desk-turn")}</button>
      <button class="button primary" @click=${() => ui.look(null)} autofocus>${icon("close")}${t("desk-close")}<kbd>Esc</kbd></button>
    </div>
    <div class="paper" tabindex="0"><img class="zoom-${ui.zoom} turned-${ui.turned}" src=${still.url} alt=${t("desk-still-title")}></div></dialog>`;
}
