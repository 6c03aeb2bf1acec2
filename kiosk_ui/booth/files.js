// Documents of the session: what comes, what can be printed with one press, what became of it. One row, never more:
// the picture and the text are worth the room. Those that wait for the customer stand there first, all are one press away.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { repeat } from "/ui/vendor/lit/directives/repeat.js";
import { icon } from "/ui/shared/icons.js";

const FIRST_DIGIT = 5; // 1 to 4 and 9 are the controls
const ROOM = 2; // documents side by side; one while somebody writes, or with larger text
const LIST = "all-files";
const DONE = { print: new Set(["printed"]), still: new Set(["ready"]) };

export function filesView({ state, session, t, act }) {
  const files = (state.session?.files ?? []).filter((one) => one.state !== "dropped");
  if (!files.length) return nothing;
  const shown = first(files, session.talk.panel || session.text !== "100" ? 1 : ROOM);
  const rest = files.length > shown.length;
  const row = (one, more) => fileRow(one, { ...more, printer: state.printer, t, act });
  return html`
    <div class="files" role="group" aria-label=${t("booth-files")}>
      ${repeat(shown, (one) => one.id, (one, i) => row(one, { digit: FIRST_DIGIT + i }))}
      ${rest ? html`<button class="button" data-digit=${FIRST_DIGIT + shown.length} data-all popovertarget=${LIST}>
        ${t("booth-files-all", { n: files.length })}</button>` : nothing}
    </div>
    ${rest ? html`<div class="all-files card" id=${LIST} popover role="dialog" aria-label=${t("booth-files")}>
      <div class="listed">${repeat(files, (one) => one.id, (one) => row(one, { listed: true }))}</div>
      <button class="button wide" popovertarget=${LIST} popovertargetaction="hide" autofocus>
        ${icon("close")}${t("booth-files-close")}</button>
    </div>` : nothing}`;
}

/** What waits for a press, then what is under way, then of what is done the youngest; in the order in which they came. */
function first(files, room) {
  const rank = (one) => (DONE[one.kind]?.has(one.state) ? 2 : one.state === "ready" || one.state === "failed" ? 0 : 1);
  const done = files.filter((one) => rank(one) === 2).reverse();
  const chosen = [0, 1].flatMap((n) => files.filter((one) => rank(one) === n)).concat(done).slice(0, room);
  return files.filter((one) => chosen.includes(one));
}

/** `digit`: the key that prints it; one of the list has none, for it may be out of sight. */
function fileRow(file, { digit, listed = false, printer, t, act }) {
  const percent = Math.min(100, Math.floor((100 * file.got) / Math.max(1, file.size)));
  const coming = file.state === "coming";
  return html`
    <div class="card file" data-file=${listed ? nothing : file.id} data-state=${file.state}>
      ${icon(file.kind === "print" ? "print" : "check-circle")}
      <p class="words"><bdi class="name">${file.kind === "print" ? file.name : t("booth-still-name")}</bdi>
        <span class="hint" ?data-live=${!listed}>${words(file, printer, t)}</span></p>
      ${coming ? html`<progress max="100" value=${percent} aria-label=${t("booth-file-coming")}></progress>` : nothing}
      ${file.kind === "print" && printer && file.printable ? html`
        <button class="button ${file.state === "ready" ? "primary" : ""}" data-print=${listed ? nothing : ""}
          data-digit=${digit ?? nothing}
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
