// What a pointer and keys do to the range of one plot.

const CLICK_PIXELS = 3, NEAR_PIXELS = 7, HOVER_MS = 80, FAR = 10;
const DIRECTIONS = {ArrowRight: 1, ArrowUp: 1, PageUp: 1, ArrowLeft: -1, ArrowDown: -1, PageDown: -1};

class Hand {
  constructor(plot) {
    this.plot = plot;
    this.board = plot.board;
    this.column = plot.column;
    this.pressed = null;
    const {figure, svg} = plot;
    let hovering = 0;
    figure.addEventListener("pointerenter", () => {
      hovering = setTimeout(() => this.board.want(this.column), HOVER_MS);
    });
    figure.addEventListener("pointerleave", () => {
      clearTimeout(hovering);
      this.board.tip(null);
    });
    figure.addEventListener("focusin", () => this.board.want(this.column));
    svg.addEventListener("pointerdown", (event) => this.press(event));
    svg.addEventListener("pointermove", (event) => (this.pressed ? this.drag(event) : this.hover(event)));
    svg.addEventListener("pointerup", (event) => this.release(event));
    svg.addEventListener("pointercancel", () => this.release(null));
    svg.addEventListener("dblclick", (event) => {
      if (!event.target.closest(".aside")) this.board.clear(this.column);
    });
    plot.edges.forEach((edge, i) => {
      edge.addEventListener("keydown", (event) => this.key(event, i ? "high" : "low"));
      edge.addEventListener("blur", () => this.board.settle(this.column));
    });
    plot.asides.forEach((aside, i) => this.listenAside(aside, i ? {low: null, high: null, missing: true} : {low: null, high: 0, missing: false}));
  }

  // A bar beside the axis: a click or Enter chooses its rows, or all again.
  listenAside(aside, wanted) {
    const toggle = () => {
      const range = this.board.range(this.column);
      const there = range && range.missing === wanted.missing && range.low === null && range.high === wanted.high;
      this.board.set(this.column, there ? null : wanted);
      this.board.commit(this.column);
    };
    aside.addEventListener("pointerdown", (event) => event.stopPropagation());
    aside.addEventListener("click", toggle);
    aside.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.board.clear(this.column);
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      toggle();
    });
  }

  get scale() {
    return this.plot.scale;
  }

  get range() {
    return this.board.range(this.column);
  }

  // ---- pointer

  press(event) {
    if (event.button !== 0) return;
    this.board.want(this.column);
    this.board.tip(null);
    this.plot.svg.setPointerCapture(event.pointerId);
    this.pressed = {x: event.clientX, kind: this.kindAt(event.clientX), steps: this.steps(), moved: false};
  }

  drag(event) {
    const {pressed, scale} = this;
    if (!pressed.moved && Math.abs(event.clientX - pressed.x) < CLICK_PIXELS) return;
    pressed.moved = true;
    const shift = this.board.shift(this.column);
    const here = this.plot.placeAt(event.clientX), start = this.plot.placeAt(pressed.x);
    let [from, to] = pressed.steps;
    if (pressed.kind === "new") [from, to] = [Math.min(start, here), Math.max(start, here)];
    else if (pressed.kind === "low") [from, to] = [Math.min(here, to), Math.max(here, to)];
    else if (pressed.kind === "high") [from, to] = [Math.min(here, from), Math.max(here, from)];
    else {
      const by = Math.max(-from, Math.min(scale.steps - to, here - start));
      [from, to] = [from + by, to + by];
    }
    this.choose(scale.snapped(from, shift), scale.snapped(to, shift), 2 ** shift);
  }

  release(event) {
    const {pressed, scale} = this;
    this.pressed = null;
    if (pressed?.moved) this.board.commit(this.column);
    if (!pressed || pressed.moved || !event) return;
    const bar = scale.barAt(this.plot.placeAt(event.clientX));
    if (bar < 0 || bar >= scale.bars) return;
    this.choose(...scale.bar(bar), 1);
    this.board.commitSoon(this.column); // a second click may follow, which clears
  }

  choose(from, to, least) {
    if (to <= from) {
      from = Math.max(0, Math.min(from, this.scale.steps - least));
      to = from + least;
    }
    this.board.set(this.column, this.scale.range(from, to));
  }

  // What lies under a pointer: an edge of the range, its inside, or nothing of it.
  kindAt(clientX) {
    const {range} = this;
    if (!range || range.missing) return "new";
    const x = clientX - this.plot.svg.getBoundingClientRect().left;
    const [from, to] = this.scale.places(range).map((place) => this.plot.x(place));
    const [low, high] = [Math.abs(x - from), Math.abs(x - to)];
    if (Math.min(low, high) <= NEAR_PIXELS) return low < high || (low === high && x < from) ? "low" : "high";
    return x > from && x < to ? "whole" : "new";
  }

  // The range's first step and the one after its last.
  steps() {
    const [from, to] = this.scale.chosen(this.range);
    return from === to ? [0, this.scale.steps] : [from, to];
  }

  hover(event) {
    const {plot, scale} = this;
    if (!plot.measured) return;
    plot.svg.style.cursor = {low: "ew-resize", high: "ew-resize", whole: "grab", new: "crosshair"}[this.kindAt(event.clientX)];
    const aside = event.target.closest(".aside");
    const code = aside ? scale.bars + plot.asides.indexOf(aside) : scale.barAt(plot.placeAt(event.clientX));
    if (code < 0 || (!aside && code >= scale.bars)) return this.board.tip(null);
    const lines = this.board.lines(this.column);
    const rows = lines.map((line, i) => [this.board.groups[i], line[code]]).filter(([, count]) => count);
    const unit = code < scale.bars && plot.about.unit ? ` ${plot.about.unit}` : "";
    this.board.tip({event, what: scale.told(code) + unit, rows, before: plot.about.before?.[code] ?? null});
  }

  // ---- keys

  key(event, end) {
    if (["Escape", "Delete", "Backspace"].includes(event.key)) this.board.clear(this.column);
    else if (event.key in DIRECTIONS || event.key === "Home" || event.key === "End") this.moveEdge(event, end);
    else if (event.key === "Enter" || /^[\d.-]$/.test(event.key)) return this.plot.exact.edit(end, event);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  moveEdge(event, end) {
    const {scale} = this;
    const shift = this.board.shift(this.column), size = 2 ** shift;
    const by = (DIRECTIONS[event.key] ?? 0) * size * (event.shiftKey || event.key.startsWith("Page") ? FAR : 1);
    let [from, to] = this.steps();
    const moved = (place) => (event.key === "Home" ? 0 : event.key === "End" ? scale.steps : scale.snapped(place + by, shift));
    if (end === "low") from = Math.min(moved(from), to - 1);
    else to = Math.max(moved(to), from + 1);
    this.board.set(this.column, scale.range(Math.max(0, from), Math.min(scale.steps, to)));
    this.board.commitSoon(this.column);
  }
}
