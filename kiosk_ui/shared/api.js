// Requests that change something: one key per touch, the same key again when the network failed in between,
// so that a customer who pressed once has one ticket however bad the line was.

const TRIES = 4;
const WAIT_MS = [200, 600, 1500]; // between tries: under 2.5 s in all, somebody stands there waiting
const TIMEOUT_MS = 5000;

/** An answer that was no: `problem` is the last part of the RFC 9457 type ("closed"), or "network". */
export class Problem extends Error {
  constructor(problem, status, detail = "", body = null) {
    super(detail || problem);
    Object.assign(this, { problem, status, detail, body });
  }
}

export const newKey = () => crypto.randomUUID?.() ?? fallbackKey();

/**
 * POST (or another method) as JSON with an Idempotency-Key.
 * @param {string} path below /api/v1, with its slash: "/tickets"
 * @param {object} body
 * @param {{key?: string, method?: string, headers?: object}} [how] keep `key` to try the very same touch again
 * @returns {Promise<object|null>} the answer; null for 204. Throws Problem.
 */
export async function post(path, body = {}, how = {}) {
  const key = how.key ?? newKey();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(path, body, { ...how, key });
    } catch (error) {
      if (!(error instanceof Problem) || !worthAgain(error) || attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS[attempt - 1]));
    }
  }
}

/** GET as JSON; throws Problem. */
export const get = (path, how = {}) => once(path, undefined, { method: "GET", ...how });

/** The network, or a server that is just starting: the same request may well succeed. Anything else is an answer. */
function worthAgain({ problem, status }) {
  return problem === "network" || status === 502 || status === 504 || (status === 503 && problem === "unavailable");
}

async function once(path, body, { key, method = "POST", headers = {} }) {
  const answer = await reach(`/api/v1${path}`, {
    method,
    cache: "no-store",
    headers: {
      Accept: "application/json",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(key ? { "Idempotency-Key": key } : {}),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (answer.status === 204) return null;
  const said = await answer.json().catch(() => null);
  if (answer.ok) return said;
  throw problemOf(answer.status, said);
}

async function reach(path, request) {
  try {
    return await fetch(path, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw new Problem("network", 0, String(error));
  }
}

function problemOf(status, said) {
  const name = typeof said?.type === "string" ? said.type.split("/").pop() : "unavailable";
  return new Problem(name, status, said?.detail ?? "", said);
}

/** crypto.randomUUID is for secure origins only; a lobby box on a plain address gets the same 122 random bits. */
function fallbackKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
