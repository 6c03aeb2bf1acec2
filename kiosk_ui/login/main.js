// Staff sign in with a token and go back to the page they wanted.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { LANGUAGE_NAMES, loadMessages, speaker } from "/ui/shared/i18n.js";
import { icon } from "/ui/shared/icons.js";
import { drawer } from "/ui/shared/page.js";
import { signIn, signInFromAddress } from "/ui/shared/sign-in.js";

const page = { language: "fi", fault: "", busy: false };

const draw = drawer(() => {
  const t = speaker(page.language);
  document.documentElement.lang = page.language;
  document.title = `${t("login-title")} – Luukku`;
  return html`<main class="card">
    <h1>${t("login-title")}</h1>
    <form @submit=${submit}>
      <label for="token">${t("login-token")}</label>
      <input id="token" name="token" type="password" autocomplete="current-password" autocapitalize="none"
        spellcheck="false" aria-describedby="help fault" aria-invalid=${String(Boolean(page.fault))} autofocus>
      <p id="help" class="quiet">${t("login-help")}</p>
      <p id="fault" class="error" role="alert">${page.fault ? html`${icon("error")}<span>${t(page.fault)}</span>` : nothing}</p>
      <button class="button primary" ?disabled=${page.busy}>${icon("login")}${t("login-send")}</button>
    </form>
    <div class="languages" role="group" aria-label=${t("login-languages")}>${Object.keys(LANGUAGE_NAMES).map(languageButton)}</div>
  </main>`;
});

const languageButton = (language) => html`
  <button class="button" type="button" lang=${language} data-language=${language}
    aria-pressed=${language === page.language} @click=${() => speak(language)}>${LANGUAGE_NAMES[language]}</button>`;

function speak(language) {
  page.language = language;
  draw();
}

async function submit(event) {
  event.preventDefault();
  const field = document.getElementById("token");
  const token = field.value.trim();
  Object.assign(page, { busy: true, fault: "" });
  draw();
  const outcome = token ? await signIn(token) : "empty";
  Object.assign(page, { busy: false, fault: outcome === "ok" ? "" : `login-${outcome}` });
  draw();
  if (outcome === "ok") location.replace(next());
  else field.select();
}

/** Back to where they came from, on this origin only: anybody can write an address with ?next=. */
function next() {
  const wanted = new URL(new URLSearchParams(location.search).get("next") ?? "/", location.origin);
  return wanted.origin === location.origin ? wanted.pathname + wanted.search : "/";
}

await loadMessages(["common", "login"], Object.keys(LANGUAGE_NAMES));
if ((await signInFromAddress()) === "ok") location.replace(next());
draw();
