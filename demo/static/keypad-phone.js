// The keypad phone: keys that type, a field for Chinese, and the thread of texts on its screen.

import { byId, element, notice, refresh, timeOf } from "./elements.js";
import { say } from "./phrases.js";

const KEYS = [
  ["1", ""], ["2", "ABC"], ["3", "DEF"], ["4", "GHI"], ["5", "JKL"], ["6", "MNO"],
  ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"], ["*", "＋"], ["0", "␣"], ["#", "⇧"],
];
const KEY_NAMES = { "*": "key_star", "#": "key_hash" };

// `send(text)` returns a promise; its rejection carries a phrase's key.
export function keypadPhone(send) {
  const field = byId("sms-text");
  const put = async (text) => {
    if (!text.trim()) return;
    field.value = "";
    notice("sms-notice", "");
    try {
      await send(text.trim());
    } catch (error) {
      notice("sms-notice", say(error.message) ?? say("line_down"));
    }
  };

  byId("sms-form").addEventListener("submit", (event) => {
    event.preventDefault();
    put(field.value);
  });
  byId("sms-clear").addEventListener("click", () => {
    field.value = [...field.value].slice(0, -1).join("");
  });
  return { put, drawKeys: () => drawKeys(field), show: (thread, mark) => show(thread, mark) };
}

function drawKeys(field) {
  const keys = KEYS.map(([digit, letters]) =>
    element(
      "button",
      {
        type: "button",
        class: "key",
        "data-key": digit,
        "aria-label": KEY_NAMES[digit] ? say(KEY_NAMES[digit]) : digit,
        onclick: () => {
          field.value += digit;
          field.scrollLeft = field.scrollWidth;
        },
      },
      element("b", {}, digit),
      element("small", { "aria-hidden": "true" }, letters),
    ),
  );
  byId("keypad").replaceChildren(...keys);
}

function show(thread, mark) {
  const grew = refresh(byId("texts"), thread.entries, mark, (entry) => text(entry, thread.now));
  byId("texts-empty").hidden = thread.entries.length > 0;
  byId("lcd-label").textContent = say("sms_label");
  byId("lcd-clock").textContent = timeOf(thread.now, thread.now);
  if (grew && thread.entries.at(-1).direction === "received") ring();
}

function text(entry, now) {
  const mine = entry.direction === "sent";
  const facts = [say(mine ? "from_me" : "from_line"), timeOf(entry.at, now)];
  if (!mine || entry.segments > 1) facts.push(say("parts", entry.segments));
  if (entry.status === "sending" || entry.status === "failed") facts.push(say(entry.status));
  return element(
    "li",
    { class: `sms ${entry.direction} ${entry.status}` },
    element("span", { class: "facts" }, facts.join(" · ")),
    element("span", { class: "words" }, entry.text),
  );
}

function ring() {
  const phone = document.querySelector(".keypad-phone");
  phone.classList.add("ringing");
  phone.addEventListener("animationend", () => phone.classList.remove("ringing"), { once: true });
}
