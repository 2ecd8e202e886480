// What is shown, kept in the address, so that a page can be linked and the browser's back button goes back:
// `#runs?sort=name`, `#watch?run=quick-0-1`.

const listeners = new Set();

/** The page's name and its settings. */
export function place() {
  const [page, query = ""] = location.hash.slice(1).split("?");
  return { page: page || "runs", settings: Object.fromEntries(new URLSearchParams(query)) };
}

/** An address. Settings that are empty are left out. */
export function address(page, settings = {}) {
  const kept = Object.entries(settings).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const query = new URLSearchParams(kept).toString();
  return `#${page}${query && `?${query}`}`;
}

/** Changes settings of the page; a small change is not a place to go back to. */
export function change(settings) {
  keep(settings);
  tell();
}

/** Keeps settings in the address that nobody else on the page need know of. */
export function keep(settings) {
  const { page, settings: now } = place();
  history.replaceState(null, "", address(page, { ...now, ...settings }));
}

/** Calls `listener` whenever the place has changed. */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell() {
  for (const listener of [...listeners]) {
    // One before it may have taken the page away that this one was of.
    if (listeners.has(listener)) listener(place());
  }
}

addEventListener("hashchange", tell);
