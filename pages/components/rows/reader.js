// Keys of the reader that press no button of Streamlit's, and a page that stays where it is while the reader opens.

const FIELDS = {e: "textarea", t: ".st-key-row_tags input"};
const HELD_MS = 1200; // for which plots above a table may still change their height
let last = "", held = null, heldUntil = 0, scrolled = 0;

const reader = () => document.querySelector(".st-key-row_reader");
const main = () => document.querySelector('[data-testid="stMain"]');
const topOf = element => element.getBoundingClientRect().top;

function note(event) {
  if (event.type === "wheel") heldUntil = 0;
  else if (event.type === "pointerdown" && !reader()?.contains(event.target)) {
    const table = event.target.closest('[data-testid="stDataFrame"]');
    held = table && {table, top: topOf(table)};
  } else if (held) held.top = topOf(held.table);
}

function hold() {
  if (!held?.table.isConnected || performance.now() > heldUntil) return;
  const off = topOf(held.table) - held.top, moved = main().scrollTop - scrolled;
  if (Math.abs(moved) > 1 && Math.abs(off + moved) <= 1) return; // somebody scrolls
  if (Math.abs(off) > 1) main().scrollBy(0, off);
  scrolled = main().scrollTop;
  requestAnimationFrame(hold);
}

function press(event) {
  const open = reader();
  if (!open || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest?.("input, textarea, [contenteditable=true]");
  if (typing) {
    if (event.key === "Escape" && open.contains(typing)) typing.blur();
    return;
  }
  const above = document.querySelector('[data-testid="stPopoverBody"], #portal > *, [role="dialog"]');
  if (event.key === "?") document.querySelector(".st-key-reader_keys button").click();
  else if (event.key === "Escape" && !above) document.querySelector(".st-key-close_reader button").click();
  else if (event.key.toLowerCase() in FIELDS) {
    event.preventDefault();
    open.querySelector(FIELDS[event.key.toLowerCase()]).focus();
  }
}

export default function ({data}) {
  if (data.row !== last) {
    if (reader()) reader().scrollTop = 0;
    const focused = document.activeElement; // a click on a plot leaves the focus where it was, and keys would go there
    if (data.row && !last && focused?.matches("input")) focused.blur();
    if (!data.row || !last) {
      heldUntil = performance.now() + HELD_MS;
      scrolled = main().scrollTop;
      hold();
    }
    last = data.row;
  }
  const noted = ["pointerdown", "keydown", "wheel"];
  noted.forEach(name => document.addEventListener(name, note, {capture: true, passive: true}));
  document.addEventListener("keydown", press, true);
  return () => {
    noted.forEach(name => document.removeEventListener(name, note, true));
    document.removeEventListener("keydown", press, true);
  };
}
