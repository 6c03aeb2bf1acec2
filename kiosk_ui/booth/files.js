// Documents of the session: what comes, what can be printed with one press, what became of it.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { repeat } from "/ui/vendor/lit/directives/repeat.js";
import { icon } from "/ui/shared/icons.js";

const FIRST_DIGIT = 5; // 1 to 4 and 9 are the controls

export function filesView({ state, t, act }) {
  const files = (state.session?.files ?? []).filter((one) => one.state !== "dropped");
  if (!files.length) return nothing;
  return html`
    <div class="files" role="group" aria-label=${t("booth-files")}>
      ${repeat(files, (one) => one.id, (one, i) => fileRow(one, i, state.printer, t, act))}
    </div>`;
}

function fileRow(file, i, printer, t, act) {
  const percent = Math.min(100, Math.floor((100 * file.got) / Math.max(1, file.size)));
  const coming = file.state === "coming";
  return html`
    <div class="card file" data-file=${file.id} data-state=${file.state}>
      ${icon(file.kind === "print" ? "print" : "check-circle")}
      <p class="words"><bdi class="name">${file.kind === "print" ? file.name : t("booth-still-name")}</bdi>
        <span class="hint" data-live>${words(file, printer, t)}</span></p>
      ${coming ? html`<progress max="100" value=${percent} aria-label=${t("booth-file-coming")}></progress>` : nothing}
      ${file.kind === "print" && printer && file.printable ? html`
        <button class="button ${file.state === "ready" ? "primary" : ""}" data-print data-digit=${FIRST_DIGIT + i}
          @click=${act((a) => a.print(file.id), true)}>${t(file.state === "ready" ? "booth-file-print" : "booth-file-again")}</button>` : nothing}
    </div>`;
}

const WORDS = {
  print: {
    coming: "booth-file-coming", ready: "booth-file-ready", printing: "booth-file-printing",
    printed: "booth-file-printed", failed: "booth-file-failed",
  },
  still: {
    coming: "booth-still-coming", ready: "booth-still-sent", failed: "booth-still-failed",
  },
};

function words({ kind, state }, printer, t) {
  if (kind === "print" && state === "ready" && !printer) return t("booth-file-no-printer");
  const id = WORDS[kind]?.[state];
  return id ? t(id) : "";
}
