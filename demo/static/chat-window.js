// The chat window: bubbles with buttons to press, the reply keyboard, the command menu and a field to write in.

import { byId, element, notice, refresh, timeOf } from "./elements.js";
import { say } from "./phrases.js";

// `act(name, body)` returns a promise; its rejection carries a phrase's key.
export function chatWindow(act) {
  const doing = async (name, body) => {
    notice("chat-notice", "");
    closeMenu();
    try {
      await act(name, body);
    } catch (error) {
      notice("chat-notice", say(error.message) ?? say("line_down"));
    }
  };
  const put = (words) => words.trim() && doing("text", { text: words.trim() });

  byId("chat-form").addEventListener("submit", (event) => {
    event.preventDefault();
    put(byId("chat-text").value);
    byId("chat-text").value = "";
  });
  byId("chat-start").addEventListener("click", () => put("/start"));
  byId("menu-button").addEventListener("click", toggleMenu);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !byId("command-menu").hidden) {
      closeMenu();
      byId("menu-button").focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".chat-foot")) closeMenu();
  });
  return { put, show: (screen, commands, mark) => show(screen, commands, mark, doing, put) };
}

function show(screen, commands, mark, doing, put) {
  refresh(byId("bubbles"), screen.entries, mark, (entry) => bubble(entry, screen.now, doing));
  byId("chat-empty").hidden = screen.entries.length > 0;
  const state = byId("chat-state");
  state.dataset.state = screen.heard ? "online" : "away";
  state.textContent = say(state.dataset.state);
  notice("chat-toast", screen.toast?.text);
  unlessSame(byId("reply-keyboard"), [mark, screen.keyboard], () => keyboard(screen.keyboard ?? [], doing, put));
  byId("reply-keyboard").hidden = !screen.keyboard;
  unlessSame(byId("command-menu"), [mark, commands], () => menu(commands, put));
}

// Draws `place` again only where what it shows has changed: a redrawn button would lose the focus.
function unlessSame(place, shown, draw) {
  const state = JSON.stringify(shown);
  if (place.dataset.state === state) return;
  place.dataset.state = state;
  place.replaceChildren(...draw());
}

function bubble(entry, now, doing) {
  const words = entry.kind === "contact" ? `${say("shared_number")} ${entry.text}` : entry.text;
  const facts = [entry.edited ? say("edited") : "", timeOf(entry.at, now)].filter(Boolean).join(" · ");
  return element(
    "li",
    { class: `bubble ${entry.direction} of-${entry.kind}` },
    element("div", { class: "card" }, element("span", { class: "words" }, words), element("time", { datetime: entry.at }, facts)),
    ...entry.buttons.map((row) => element("div", { class: "button-row" }, ...row.map((button) => inlineButton(entry, button, doing)))),
  );
}

function inlineButton(entry, button, doing) {
  const press = async (event) => {
    const pressed = event.currentTarget;
    pressed.classList.add("pressed");
    await doing("press", { message_id: entry.id, data: button.callback_data });
    pressed.classList.remove("pressed");
  };
  return element("button", { type: "button", onclick: press, disabled: !button.callback_data }, button.text);
}

function keyboard(rows, doing, put) {
  return rows.map((row) =>
    element(
      "div",
      { class: "button-row" },
      ...row.map((button) =>
        element("button", { type: "button", onclick: () => (button.request_contact ? doing("contact", {}) : put(button.text)) }, button.text),
      ),
    ),
  );
}

function menu(commands, put) {
  if (commands.length === 0) return [element("p", {}, say("no_commands"))];
  return commands.map(({ command, description }) =>
    element("button", { type: "button", onclick: () => put(`/${command}`) }, element("b", {}, description), element("small", {}, `/${command}`)),
  );
}

function toggleMenu() {
  const open = byId("command-menu").hidden;
  byId("command-menu").hidden = !open;
  byId("menu-button").setAttribute("aria-expanded", String(open));
  if (open) byId("command-menu").querySelector("button")?.focus();
}

function closeMenu() {
  byId("command-menu").hidden = true;
  byId("menu-button").setAttribute("aria-expanded", "false");
}
