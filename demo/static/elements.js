// Building and refreshing elements. All words become text nodes: what a message holds is never read as HTML.

export const byId = (id) => document.getElementById(id);

// An element with attributes and children (strings become text).
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// Brings `list` to hold one item for each entry, in order, touching only what changed: a screen reader then reads the
// new ones alone. `make(entry)` builds an item; `mark` tells apart whose list it is and in which language.
// Returns whether anything came in at the end.
export function refresh(list, entries, mark, make) {
  const fresh = list.dataset.mark !== mark;
  if (fresh) {
    list.setAttribute("aria-busy", "true");
    list.replaceChildren();
    list.dataset.mark = mark;
  }
  const known = new Map([...list.children].map((item) => [item.dataset.id, item]));
  const last = list.lastElementChild;
  for (const entry of entries) {
    const id = String(entry.id) + entry.direction;
    const state = JSON.stringify(entry);
    const before = known.get(id);
    known.delete(id);
    if (before && before.dataset.state === state) continue;
    const item = make(entry);
    item.dataset.id = id;
    item.dataset.state = state;
    if (before) before.replaceWith(item);
    else list.append(item);
  }
  for (const gone of known.values()) gone.remove();
  const grew = list.lastElementChild !== last && list.lastElementChild !== null;
  if (grew) showNewest(list);
  if (fresh) list.removeAttribute("aria-busy");
  return grew && !fresh;
}

// A new message is shown from its beginning, however long it is.
function showNewest(list) {
  const newest = list.lastElementChild;
  const long = newest.offsetHeight > list.clientHeight;
  list.scrollTop = long ? newest.offsetTop - list.offsetTop - 8 : list.scrollHeight;
}

// The hour of an instant, with the day before it where that isn't the day of `now` (which a demo may have moved).
export function timeOf(at, now) {
  const { lang, dataset } = document.documentElement;
  const zone = { timeZone: dataset.timezone };
  const [moment, today] = [new Date(at), new Date(now)];
  const day = (instant) => instant.toLocaleDateString(lang, { ...zone, month: "numeric", day: "numeric" });
  const clock = moment.toLocaleTimeString(lang, { ...zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return day(moment) === day(today) ? clock : `${day(moment)} ${clock}`;
}

// Shows `words` in a notice, or hides it where there are none.
export function notice(id, words) {
  const place = byId(id);
  place.hidden = !words;
  if (place.textContent !== (words ?? "")) place.textContent = words ?? "";
}
