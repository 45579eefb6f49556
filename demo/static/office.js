// The officers' side: the cases that residents have raised, and a form on each that decides it.

import { byId, element, notice, refresh } from "./elements.js";
import { currentLanguage, dayInWords, say } from "./phrases.js";
import { caseSheet, cases, decideCase } from "./providers.js";

const OBJECTIONS = ["entry", "missing", "recheck"]; // these are upheld or dismissed; all else is done

// `decided()` is called after a decision, for the screens to be looked at.
export function officerPanel(decided) {
  const decide = async (id, verdict, reason) => {
    notice("office-notice", "");
    try {
      await decideCase(id, verdict, reason);
    } catch (error) {
      notice("office-notice", say(error.message) ?? say("not_decided"));
    }
    await look(decide);
    decided();
  };
  return { look: () => look(decide) };
}

async function look(decide) {
  const { cases: found } = await cases();
  byId("office").hidden = false;
  byId("office-count").textContent = found.length || "";
  byId("cases-empty").hidden = found.length > 0;
  refresh(byId("cases"), found.map((one) => ({ ...one, direction: "case" })), currentLanguage(), (one) => sheet(one, decide));
}

function sheet(one, decide) {
  return element(
    "li",
    { class: "case" },
    element("h3", {}, [one.village, one.level && say(`level_${one.level}`), say(`kind_${one.kind}`, one.entry)].filter(Boolean).join(" · ")),
    element("p", { class: "whose" }, say("whose", one.office, one.officer, dayInWords(one.due), one.voices)),
    ...(one.officer ? [folded(one, decide)] : []),
  );
}

// What was said is fetched when the sheet is opened: that an officer read it is noted.
function folded(one, decide) {
  const said = element("ul", {});
  const reason = element("textarea", { maxlength: 200, "aria-label": say("reason"), placeholder: say("reason_placeholder") });
  const open = async () => {
    if (said.hasChildNodes()) return;
    try {
      const read = await caseSheet(one.id);
      said.replaceChildren(...read.said.map((voice) => element("li", { class: "words" }, spoken(voice))));
    } catch (error) {
      notice("office-notice", say(error.message) ?? say("not_decided"));
    }
  };
  return element("details", { ontoggle: open }, element("summary", {}, say("read_case")), said, reason, buttons(one, reason, decide));
}

const spoken = ({ ground, words }) =>
  [ground && say(`ground_${ground}`), words].filter(Boolean).join(currentLanguage() === "en" ? ": " : "：") || say("no_words");

function buttons(one, reason, decide) {
  const verdicts = OBJECTIONS.includes(one.kind) ? ["upheld", "dismissed"] : ["done"];
  const press = (verdict) => () => {
    if (reason.value.trim()) decide(one.id, verdict, reason.value.trim());
    else reason.focus();
  };
  return element("div", { class: "verdicts" }, ...verdicts.map((verdict) => element("button", { type: "button", onclick: press(verdict) }, say(`verdict_${verdict}`))));
}
