// The scheme's clock: the day that it shows, and the buttons that step it.

import { byId, element, notice } from "./elements.js";
import { dayInWords, locale, say } from "./phrases.js";
import { clock, stepClock } from "./providers.js";

const STEPS = ["back", "day", "week"];
let newest = null; // what was shown last, to be said again in the other language

// `stepped()` is called after each step, for the screens to be looked at.
export function clockControl(stepped) {
  const step = async (to) => {
    notice("clock-notice", "");
    try {
      show(await stepClock(to));
      stepped();
    } catch {
      notice("clock-notice", say("clock_stuck"));
    }
  };
  const draw = () => {
    const buttons = STEPS.map((to) =>
      element("button", { type: "button", "data-step": to, "aria-label": say(`step_${to}_name`), onclick: () => step(to) }, say(`step_${to}`)),
    );
    byId("clock-steps").replaceChildren(...buttons);
    if (newest) show(newest);
  };
  byId("clock-next").addEventListener("click", () => step("next"));
  return { draw, look: async () => show(await clock()) };
}

function show(state) {
  newest = state;
  byId("clock").hidden = false;
  const zone = { timeZone: document.documentElement.dataset.timezone };
  const day = { year: "numeric", month: "long", day: "numeric", weekday: "long" };
  tell("clock-day", new Date(state.now).toLocaleDateString(locale(), { ...zone, ...day }));
  byId("clock-next").hidden = !state.next;
  if (state.next) tell("clock-next", say("step_to", dayInWords(state.next.day), say(`next_${state.next.what}`)));
}

// The same words again are not said twice by a screen reader.
function tell(id, words) {
  if (byId(id).textContent !== words) byId(id).textContent = words;
}
