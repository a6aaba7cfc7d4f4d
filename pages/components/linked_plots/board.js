// All plots together: which ranges hold, what the server knows of them, and what is drawn meanwhile.

const KEPT_CUBES = 8, ASK_AGAIN_MS = 4000, SETTLE_MS = 280, SEND_AGAIN_MS = 15000, REST_MS = 100;

class Board {
  constructor(root) {
    this.root = root;
    root.querySelectorAll(".linked-plots").forEach((each) => each.remove());
    this.frame = made("div", {class: "linked-plots"}, root);
    this.head = made("div", {class: "head"}, this.frame);
    this.count = made("span", {class: "count"}, this.head);
    this.spoken = made("span", {class: "spoken", role: "status"}, this.head);
    this.hint = made("span", {class: "hint"}, this.head);
    this.legend = made("span", {class: "legend"}, this.head);
    this.looks = made("span", {class: "looks"}, this.head);
    this.choice = new Choice(this);
    this.body = made("div", {class: "plots"}, this.frame);
    this.tooltip = made("div", {class: "tooltip", hidden: ""}, this.frame);
    this.plots = new Map();
    this.local = new Map(); // ranges that were chosen here and not yet taken by the server
    this.cubes = new Map();
    this.asked = {tag: "", at: 0};
    this.number = 0;
    this.sent = 0;
    this.then = null; // what is to be done with a range once the server knows it
    this.timers = new Map();
    this.look = {stacked: true, share: false};
    this.resizing = new ResizeObserver(() => this.draw());
    this.resizing.observe(this.frame);
  }

  close() {
    this.resizing.disconnect();
    for (const timer of [this.again, this.asking, ...this.timers.values()]) clearTimeout(timer);
  }

  // ---- what the server says

  update(data, tell) {
    this.tell = tell;
    const first = !this.data;
    const lost = !first && data.window !== this.data.window;
    this.data = data;
    this.updated = Date.now();
    if (first) {
      this.look = this.remembered();
      this.number = this.sent = data.taken;
    }
    this.groups = data.groups;
    this.frame.classList.toggle("large", data.large);
    if (data.taken >= this.sent && !lost) {
      for (const column of this.local.keys()) if (!this.busy(column)) this.local.delete(column);
      this.then = null;
    }
    this.arrange();
    this.choice.take(data.choices);
    if (lost && (this.local.size || this.then)) this.send();
    if (data.cube) this.learn(data.cube);
    if (this.wanted) this.want(this.wanted);
    this.draw();
    this.spoken.textContent = `${counted(data.rows)} of ${counted(data.total)} rows`;
  }

  busy(column) {
    return this.timers.has(column) || Boolean(this.plots.get(column)?.hand.pressed?.moved);
  }

  arrange() {
    const columns = new Set(this.data.plots.map((each) => each.column));
    for (const [column, plot] of this.plots)
      if (!columns.has(column)) {
        plot.figure.remove();
        this.plots.delete(column);
      }
    this.data.plots.forEach((about, place) => {
      if (!this.plots.has(about.column)) this.plots.set(about.column, new Plot(this, about.column));
      const plot = this.plots.get(about.column);
      plot.take(about);
      if (this.body.children[place] !== plot.figure) this.body.insertBefore(plot.figure, this.body.children[place] ?? null);
    });
    this.legend.replaceChildren();
    for (const group of this.groups) this.entry(group.name, group.colour);
    if (this.data.plots.some((each) => each.before)) this.grey = this.entry("All rows", "");
    else this.grey = null;
    this.drawLooks();
  }

  entry(name, colour) {
    const entry = made("span", {class: colour ? "entry" : "entry grey"}, this.legend);
    if (colour) entry.style.setProperty("--colour", colour);
    return made("span", {text: name, title: name}, entry);
  }

  async learn(about) {
    if (this.cubes.has(about.tag)) return;
    const cube = await Cube.unpacked(about, this.data.plots, this.groups.length);
    this.cubes.set(about.tag, cube);
    while (this.cubes.size > KEPT_CUBES) this.cubes.delete(this.cubes.keys().next().value);
    this.frame.dataset.ready = [...this.data.plots].filter((each) => this.cubes.has(each.cube)).map((each) => each.column).join(" ");
    this.draw();
  }

  // Ask for the pairs of a plot that is about to be used, once the page is drawn: a run that follows another at once
  // leaves on the screen what that one has taken away (streamlit/streamlit#16708).
  want(column) {
    this.wanted = column;
    clearTimeout(this.asking);
    const drawing = document.querySelector('[data-testid="stApp"][data-test-script-state="running"]');
    if (drawing || Date.now() - this.updated < REST_MS) this.asking = setTimeout(() => this.want(column), REST_MS);
    else this.ask(column);
  }

  ask(column) {
    const tag = this.data.plots.find((each) => each.column === column)?.cube;
    if (!tag || this.cubes.has(tag) || this.local.size || this.then) return;
    if (this.asked.tag === tag && Date.now() - this.asked.at < ASK_AGAIN_MS) return;
    this.asked = {tag, at: Date.now()};
    this.tell("active", column);
  }

  cubeOf(column) {
    return this.cubes.get(this.data.plots.find((each) => each.column === column)?.cube);
  }

  shift(column) {
    return this.cubeOf(column)?.shift ?? 0;
  }

  // ---- ranges

  range(column) {
    if (this.local.has(column)) return this.local.get(column);
    return this.data.plots.find((each) => each.column === column)?.range ?? null;
  }

  set(column, range) {
    this.local.delete(column); // so that the one set last stands last
    this.local.set(column, range);
    this.draw();
  }

  commit(column) {
    clearTimeout(this.timers.get(column));
    this.timers.delete(column);
    if (this.local.has(column)) this.send();
  }

  commitSoon(column) {
    clearTimeout(this.timers.get(column));
    this.timers.set(column, setTimeout(() => this.commit(column), SETTLE_MS));
  }

  settle(column) {
    if (this.timers.has(column)) this.commit(column);
  }

  clear(column) {
    this.set(column, null);
    this.commit(column);
  }

  act(then) {
    for (const [column, timer] of this.timers) {
      clearTimeout(timer);
      this.timers.delete(column);
    }
    this.then = then;
    this.send();
  }

  // All that the server has not taken yet, until it has: Streamlit drops an event for a newer one.
  send() {
    this.number += 1;
    this.sent = this.number;
    this.asked = {tag: "", at: 0};
    clearTimeout(this.again);
    this.again = setTimeout(() => (this.local.size || this.then) && this.send(), SEND_AGAIN_MS);
    this.tell("ranges", {number: this.number, ranges: Object.fromEntries(this.local), then: this.then});
  }

  // ---- drawing

  draw() {
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      if (this.data) this.drawNow();
    });
  }

  // The plot whose pointer or keys all others follow: the one set last whose pairs are here.
  leader() {
    return [...this.local.keys()].reverse().find((column) => this.cubeOf(column));
  }

  lines(column, leader = this.leader()) {
    const known = this.data.plots.find((each) => each.column === column);
    if (!leader || leader === column) return known.bars;
    return this.cubeOf(leader).under(column, this.local.get(leader));
  }

  drawNow() {
    const leader = this.leader();
    const rows = leader ? this.cubeOf(leader).rows(this.local.get(leader)) : this.data.rows;
    for (const [column, plot] of this.plots) plot.draw(this.lines(column, leader), this.range(column), rows);
    this.choice.draw(rows);
    const {total} = this.data;
    const told = rows === total ? `${counted(total)} rows` : `${counted(rows)} of ${counted(total)} rows · ${percent(rows / (total || 1))}`;
    if (this.count.textContent !== told) this.count.textContent = told;
    this.hint.textContent = this.data.hint;
    const rescaled = [...this.plots.values()].some((plot) => plot.rescaled);
    if (this.grey) this.grey.textContent = rescaled ? "All rows, rescaled" : "All rows";
  }

  drawLooks() {
    this.looks.querySelectorAll("button").forEach((each) => each.show());
    if (this.looks.children.length) return;
    const choices = [
      ["split", "dataset", "By dataset"], ["split", "mark", "By mark"],
      ["stacked", true, "Stacked"], ["stacked", false, "Overlaid"], ["share", false, "Count"], ["share", true, "Share"],
    ];
    for (const [name, label] of [["split", "Split"], ["stacked", "Bars"], ["share", "Height"]]) {
      const group = made("span", {role: "radiogroup", class: "choice", "aria-label": label}, this.looks);
      for (const [, value, text] of choices.filter((each) => each[0] === name)) {
        const button = made("button", {type: "button", role: "radio", text}, group);
        const show = () => button.setAttribute("aria-checked", (name === "split" ? this.data : this.look)[name] === value);
        button.addEventListener("click", () => {
          if (name === "split") return this.tell("split", value);
          this.look[name] = value;
          this.remember();
          this.looks.querySelectorAll("button").forEach((each) => each.show());
          this.frame.classList.toggle("overlaid", !this.look.stacked);
          this.draw();
        });
        button.show = show;
        show();
      }
    }
    this.frame.classList.toggle("overlaid", !this.look.stacked);
  }

  remembered() {
    try {
      return {stacked: true, share: false, ...JSON.parse(localStorage.getItem("linked plots") ?? "{}")};
    } catch {
      return {stacked: true, share: false};
    }
  }

  remember() {
    try {
      localStorage.setItem("linked plots", JSON.stringify(this.look));
    } catch {
      // A browser that keeps nothing forgets it with the page.
    }
  }

  tip(about) {
    this.tooltip.hidden = !about;
    if (!about) return;
    this.tooltip.replaceChildren();
    made("b", {text: about.what}, this.tooltip);
    for (const [group, count] of about.rows) {
      const line = made("span", {class: "entry"}, this.tooltip);
      line.style.setProperty("--colour", group.colour);
      made("span", {text: `${group.name}: ${counted(count)}`}, line);
    }
    if (about.before !== null) made("span", {class: "faint", text: `${counted(about.before)} before filters`}, this.tooltip);
    const frame = this.frame.getBoundingClientRect();
    const x = Math.min(about.event.clientX - frame.left + 14, frame.width - this.tooltip.offsetWidth - 4);
    this.tooltip.style.left = `${x}px`;
    this.tooltip.style.top = `${about.event.clientY - frame.top + 16}px`;
  }
}

const BOARDS = new WeakMap();

export default function ({data, parentElement, setTriggerValue}) {
  if (!BOARDS.has(parentElement)) BOARDS.set(parentElement, new Board(parentElement));
  BOARDS.get(parentElement).update(data, setTriggerValue);
  // Streamlit also calls this for a draw that a newer one has overtaken.
  return () => setTimeout(() => parentElement.isConnected || BOARDS.get(parentElement)?.close());
}
