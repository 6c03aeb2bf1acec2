// What the page says of itself to whoever does not see it: the words of an element as a listener needs them.

const PAUSE = new Set(["P", "H1", "H2", "LI", "DIV", "SECTION", "UL", "BUTTON", "BR"]);

/** The words of one element: a label goes before the text, what is only decoration is left out. */
export function heard(element) {
  if (!element) return "";
  return tidy(words(element));
}

function words(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  if (node.hidden || node.getAttribute("aria-hidden") === "true" || node.tagName === "IMG") return "";
  const label = node.getAttribute("aria-label");
  const inner = label ?? [...node.childNodes].map(words).join("");
  return PAUSE.has(node.tagName) || node.classList.contains("name") || node.classList.contains("hint") ? `${inner}. ` : inner;
}

const tidy = (text) => text.replace(/\s+/g, " ").replace(/[\s.]*([.?!:])(\s*\.)+/g, "$1").replace(/\s+([.?!,])/g, "$1").trim();

/** A new screen: its question, and how much there is to choose from; a ticket, a notice: all of it. */
export function screenWords(step, t) {
  const main = document.querySelector("main");
  if (!main) return "";
  if (step === "home" || step === "services") {
    const question = heard(main.querySelector("h1"));
    const n = main.querySelectorAll("button[data-digit]:not(:disabled)").length;
    return n ? `${question} ${t("kiosk-choices", { n })}` : heard(main);
  }
  if (step === "code") return [".above", "h1", ".big-text"].map((one) => heard(main.querySelector(one))).join(" ");
  return [...main.querySelectorAll(".slip, .facts > :not(button), .plain > :not(button)")].map(heard).join(" ");
}

/** A question that stands before everything else: all of it, and which key gives which answer. */
export const question = (dialog) => [...dialog.querySelectorAll("h2, p"), ...dialog.querySelectorAll("[data-digit]")].map(keyed).join(" ");

/** What a key does is said with the key. */
export const keyed = (element) => (element.dataset.digit ? `${element.dataset.digit}: ` : "") + heard(element);

/** What changes by itself while a screen stands: the paper, a wrong code, a notice, "are you still there?". */
export const liveWords = () =>
  [...document.querySelectorAll("main .facts [role=status], main .entry [role=alert], main .code, footer [role=status], dialog[open] p")]
    .map(heard).filter(Boolean);
