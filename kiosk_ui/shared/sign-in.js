// A page opened as /kiosk/main#token=... trades the token for a cookie and wipes it from the address.
import { post, Problem } from "/ui/shared/api.js";

/** Call before connect(). @returns {Promise<"none"|"ok"|"refused"|"network">} what came of a token in the address */
export async function signInFromAddress() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return "none";
  history.replaceState(null, "", location.pathname + location.search);
  return signIn(token);
}

/** @returns {Promise<"ok"|"refused"|"network">} */
export async function signIn(token) {
  try {
    await post("/login", { token });
    return "ok";
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.problem === "network" ? "network" : "refused";
  }
}

/** Staff pages: off to the sign-in page, and back here afterwards. */
export function goSignIn() {
  location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}
