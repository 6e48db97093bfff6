// Talking to the simulator: plain requests, and one stream that says when to look again.

const ROOT = "/_simulator";

async function call(method, path, body, headers = { "content-type": "application/json" }) {
  const raw = body instanceof Blob ? body : body === undefined ? undefined : JSON.stringify(body);
  const answer = await fetch(ROOT + path, { method, body: raw, headers });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error?.message ?? value.error ?? `HTTP ${answer.status}`);
  return value;
}

export const people = () => call("GET", "/phone/people");
export const chats = (who) => call("GET", `/phone/chats?who=${encodeURIComponent(who)}`);
export const read = (wa_id, number_id) => call("POST", "/phone/read", { wa_id, number_id });
export const write = (from, to, message) => call("POST", "/inbound", { from, to, ...message });
export const prefer = (from, to, value) => call("POST", "/preference", { from, to, value });
export const block = (wa_id, number_id, blocked) =>
  call("POST", "/phone/block", { wa_id, number_id, blocked });
export const moveClock = (offset_seconds) => call("POST", "/clock", { offset_seconds });
export const upload = (file) =>
  call("POST", `/phone/media?filename=${encodeURIComponent(file.name)}`, file, {
    "content-type": file.type || "text/plain",
  });

export function watch(changed) {
  const source = new EventSource(`${ROOT}/phone/live`);
  source.addEventListener("changed", changed);
  return source;
}
