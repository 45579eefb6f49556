// Calls to this page's own server; an answer that is no success becomes an Error whose message is a phrase's key.

async function call(path, options) {
  let answer;
  try {
    answer = await fetch(`/demo/api/${path}`, { ...options, signal: AbortSignal.timeout(25000) });
  } catch {
    throw new Error("providers_down");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.error ?? "providers_down");
  return body;
}

const post = (path, body) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const screens = (resident, language) => call(`${resident}/screens?language=${language}`);
export const sendText = (resident, text) => post(`${resident}/sms`, { text });
export const chatAct = (resident, act, body) => post(`${resident}/chat/${act}`, body);
export const clock = () => call("clock");
export const stepClock = (to) => post("clock", { to });
export const cases = () => call("cases");
export const caseSheet = (id) => call(`cases/${id}`);
export const decideCase = (id, verdict, reason) => post(`cases/${id}`, { verdict, reason });
export const setLanguage = (resident, language) => post(`${resident}/language`, { language });
