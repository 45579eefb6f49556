// The page: who is chosen, in which language, and a look at both screens every second.

import { chatWindow } from "./chat-window.js";
import { clockControl } from "./clock.js";
import { byId, element, notice } from "./elements.js";
import { keypadPhone } from "./keypad-phone.js";
import { officerPanel } from "./office.js";
import { currentLanguage, say, speak, tries } from "./phrases.js";
import { chatAct, screens, sendText, setLanguage } from "./providers.js";

const LOOK_EVERY = 1000; // ms
const CHINESE_MOBILE = /^(\+86)(\d{3})(\d{4})(\d{4})$/;
const residents = JSON.parse(byId("residents").textContent);
let chosen = residents[0];
let looks = 0; // counted, because answers can overtake each other: an older one must not be shown over a newer
let newestShown = 0;
let lost = false; // the providers did not answer the last look

const phone = keypadPhone((text) => actAndLook(sendText(chosen.id, text)));
const chat = chatWindow((act, body) => actAndLook(chatAct(chosen.id, act, body)));
const dates = clockControl(() => look());
const office = officerPanel(() => look());

// A look while the act is under way shows the message at once; one after it shows the answer.
async function actAndLook(act) {
  look();
  try {
    await act;
  } finally {
    await look();
  }
}

async function look() {
  const [resident, language, mine] = [chosen, currentLanguage(), ++looks];
  try {
    const shown = await screens(resident.id, language);
    if (resident !== chosen || language !== currentLanguage() || mine < newestShown) return;
    newestShown = mine;
    notice("page-notice", "");
    if (lost) tellLanguage();
    lost = false;
    if (shown.sms) phone.show(shown.sms, resident.id + language);
    if (shown.chat) chat.show(shown.chat, shown.commands, resident.id + language);
  } catch (error) {
    lost = true;
    notice("page-notice", say(error.message) ?? say("providers_down"));
  }
}

// Others may step the clock or decide; where they do not answer, what was shown stands.
async function keepLooking() {
  if (!document.hidden) await Promise.allSettled([look(), dates.look(), office.look()]);
  setTimeout(keepLooking, LOOK_EVERY);
}

function choose(resident) {
  // What the one before said must not stand on the next one's screen for the moment until the next look.
  if (resident !== chosen) for (const id of ["texts", "bubbles"]) byId(id).replaceChildren();
  chosen = resident;
  sessionStorage.setItem("resident", resident.id);
  for (const [id, there] of [["sms", resident.phone], ["chat", resident.telegram]]) {
    byId(id).classList.toggle("without", !there);
    byId(`${id}-absent`).hidden = Boolean(there);
  }
  byId("sms-number").textContent = (resident.phone ?? "").replace(CHINESE_MOBILE, "$1 $2 $3 $4");
  for (const id of ["sms-notice", "chat-notice"]) notice(id, "");
  tellLanguage();
  look();
}

// Telegram knows a person's language; where this fails, the next look that succeeds tells it again.
function tellLanguage() {
  if (chosen.telegram) setLanguage(chosen.id, currentLanguage()).catch(() => (lost = true));
}

function drawCards() {
  const cards = residents.map((resident) =>
    element(
      "label",
      { class: "resident-card" },
      element("input", { type: "radio", name: "resident", value: resident.id, checked: resident === chosen, onchange: () => choose(resident) }),
      element("b", {}, resident[`label_${currentLanguage()}`]),
      element("span", {}, resident[`hint_${currentLanguage()}`]),
      element("small", {}, [resident.phone && say("sms_tag"), resident.telegram && say("chat_title")].filter(Boolean).join(" · ")),
    ),
  );
  byId("resident-cards").replaceChildren(...cards);
}

function drawChips() {
  for (const [id, device] of [["sms-chips", phone], ["chat-chips", chat]]) {
    const tryOut = (text) => {
      device.put(text);
      showTop(byId(id).closest(".device"));
    };
    const chips = tries().map(({ label, text }) => element("button", { type: "button", onclick: () => tryOut(text) }, label));
    byId(id).replaceChildren(...chips);
  }
}

// On a small screen the chips lie below the device: whoever presses one wants to see the answer.
function showTop(device) {
  if (device.getBoundingClientRect().top < 0) device.scrollIntoView({ behavior: "smooth" });
}

function useLanguage(language) {
  speak(language);
  localStorage.setItem("language", currentLanguage());
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === currentLanguage()));
  }
  drawCards();
  drawChips();
  phone.drawKeys();
  dates.draw();
  office.look().catch(() => {});
  choose(chosen);
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => useLanguage(button.dataset.language));
}
chosen = residents.find((resident) => resident.id === sessionStorage.getItem("resident")) ?? chosen;
useLanguage(localStorage.getItem("language") ?? "zh");
keepLooking();
