// How the expert gets in and out: a code or token for a cookie that this page cannot read.
const TIMEOUT_MS = 8000;

/** @returns {Promise<{expert: string, name: string}|null>} who is signed in; null: nobody. Throws when it is not known. */
export async function whoAmI() {
  const answer = await fetch("/api/v1/expert/me", { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (answer.status === 401) return null;
  if (!answer.ok) throw new Error(`me: ${answer.status}`);
  return answer.json();
}

/** @returns {Promise<"ok"|"refused"|"many"|"network">} */
export async function signIn(token) {
  try {
    const { status } = await post("/api/v1/expert/login", { token });
    if (status === 200) return "ok";
    if (status === 429) return "many";
    return status < 500 ? "refused" : "network";
  } catch {
    return "network";
  }
}

/** A page opened as /expert#token=…: the token is wiped from the address before it is used. */
export async function signInFromAddress() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return "none";
  history.replaceState(null, "", location.pathname + location.search);
  return signIn(token);
}

export async function signOut() {
  await post("/api/v1/expert/logout", {}).catch(() => null); // the cookie dies with the day anyway
}

const post = (path, body) =>
  fetch(path, {
    method: "POST", cache: "no-store", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
