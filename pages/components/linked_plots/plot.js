// One histogram: its bars and axes, and the band of its range.

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 34, RIGHT = 8, TOP = 8, BOTTOM = 20, ASIDE = 12, GAP = 7;
const LEAST_HEIGHT = 0.4; // of the tallest bar, however few of all rows are left

function made(tag, attributes = {}, parent = null) {
  const node = tag.startsWith("svg:") ? document.createElementNS(SVG, tag.slice(4)) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) name === "text" ? (node.textContent = value) : node.setAttribute(name, value);
  if (parent) parent.append(node);
  return node;
}

class Plot {
  constructor(board, column) {
    this.board = board;
    this.column = column;
    this.figure = made("figure", {class: "plot", "data-column": column, role: "group"});
    const caption = made("figcaption", {}, this.figure);
    this.title = made("span", {class: "title"}, caption);
    this.badge = made("span", {class: "badge", text: "weak"}, caption);
    this.svg = made("svg:svg", {class: "area"}, this.figure);
    this.grid = made("svg:g", {class: "grid"}, this.svg);
    this.bars = made("svg:g", {class: "bars"}, this.svg);
    this.before = made("svg:path", {class: "before"}, this.bars);
    this.now = [];
    this.shades = [0, 1].map(() => made("svg:rect", {class: "shade"}, this.svg));
    this.band = made("svg:rect", {class: "band"}, this.svg);
    this.axis = made("svg:g", {class: "axis"}, this.svg);
    this.edges = ["low", "high"].map((end) => this.edge(end));
    this.sides = [0, 1].map(() => made("svg:text", {class: "side"}, this.svg));
    this.asides = ["below", "missing"].map((kind) => this.aside(kind));
    this.exact = new ExactNumbers(this);
    this.hand = new Hand(this);
  }

  edge(end) {
    const edge = made("svg:g", {class: `edge ${end}`, tabindex: "0", role: "slider", "aria-orientation": "horizontal"}, this.svg);
    made("svg:rect", {class: "focus", rx: 3}, edge);
    made("svg:line", {}, edge);
    made("svg:rect", {class: "grip", rx: 2}, edge);
    return edge;
  }

  aside(kind) {
    const aside = made("svg:g", {class: `aside ${kind}`, tabindex: "0", role: "button"}, this.svg);
    made("svg:rect", {class: "focus", rx: 3}, aside);
    made("svg:rect", {class: "bar"}, aside);
    made("svg:text", {text: kind === "below" ? "≤0" : "none"}, aside);
    return aside;
  }

  take(about) {
    this.about = about;
    this.scale = new Scale(about);
    const unit = about.unit && !about.title.endsWith(about.unit) ? about.unit : "";
    const details = [unit, about.log && this.board.data.large ? "log axis" : ""].filter((each) => each).join(", ");
    this.title.textContent = details ? `${about.title} (${details})` : about.title;
    this.title.title = about.help;
    this.badge.hidden = !about.weak;
    this.asides[0].toggleAttribute("hidden", !about.below);
    this.asides[1].toggleAttribute("hidden", !about.missing);
    this.exact.take(about);
    while (this.now.length < this.board.groups.length) this.now.push(made("svg:path", {class: "now"}, this.bars));
    this.now.forEach((path, i) => {
      path.style.setProperty("--colour", this.board.groups[i]?.colour ?? "none");
      path.toggleAttribute("hidden", i >= this.board.groups.length);
    });
    this.asides.forEach((aside, i) => {
      aside.setAttribute("aria-label", `${about.title}: ${i ? "rows without a value" : "rows of zero and less"}`);
    });
    this.measured = this.gridDrawn = this.rangeDrawn = "";
  }

  // Where things are; done again only when the size has changed.
  measure() {
    const width = this.svg.clientWidth || 220, height = this.svg.clientHeight || 118;
    if (this.measured === `${width} ${height}`) return;
    this.measured = `${width} ${height}`;
    this.left = LEFT + (this.about.below ? ASIDE + GAP : 0);
    this.right = width - RIGHT - (this.about.missing ? ASIDE + GAP : 0);
    this.bottom = height - BOTTOM;
    for (const [aside, x] of [[this.asides[0], LEFT], [this.asides[1], width - RIGHT - ASIDE]]) {
      aside.lastChild.setAttribute("x", x + ASIDE / 2);
      aside.lastChild.setAttribute("y", this.bottom + 13);
      const [focus, bar] = aside.children;
      this.place(focus, x - 2, TOP - 2, ASIDE + 4, this.bottom - TOP + 4);
      this.place(bar, x, this.bottom, ASIDE, 0);
    }
    this.axis.replaceChildren();
    made("svg:line", {class: "base", x1: this.left, x2: this.right, y1: this.bottom, y2: this.bottom}, this.axis);
    const ticks = this.scale.ticks(Math.max(4, Math.floor((this.right - this.left) / 46)));
    const placed = ticks.map((value) => [value, this.x(this.scale.place(value))]).filter(([, x]) => x >= this.left - 1 && x <= this.right + 1);
    // Where texts may stand: not under those of the bars aside.
    let free = this.about.below ? LEFT + ASIDE / 2 + 14 : -Infinity;
    const end = this.about.missing ? width - RIGHT - ASIDE / 2 - 16 : Infinity;
    for (const [value, x] of placed) {
      made("svg:line", {class: "tick", x1: x, x2: x, y1: this.bottom, y2: this.bottom + 3}, this.axis);
      const text = readable(value), half = text.length * 3.2;
      if (x - half < free || x + half > end) continue;
      free = x + half + 6;
      made("svg:text", {x, y: this.bottom + 14, text}, this.axis);
    }
  }

  place(rect, x, y, width, height) {
    rect.setAttribute("x", x);
    rect.setAttribute("y", y);
    rect.setAttribute("width", Math.max(0, width));
    rect.setAttribute("height", Math.max(0, height));
  }

  x(place) {
    return this.left + (place / this.scale.steps) * (this.right - this.left);
  }

  placeAt(clientX) {
    const x = clientX - this.svg.getBoundingClientRect().left;
    return ((x - this.left) / (this.right - this.left)) * this.scale.steps;
  }

  // ---- drawing

  // Args: lines, rows by group and code; range, what is chosen here; rows, how many pass all filters.
  draw(lines, range, rows) {
    this.measure();
    const {stacked, share} = this.board.look;
    const {bars} = this.scale;
    const totals = lines.map((line) => line.reduce((sum, count) => sum + count, 0));
    const all = totals.reduce((sum, count) => sum + count, 0);
    const rowsBefore = share ? this.about.before?.reduce((sum, count) => sum + count, 0) : 1;
    const before = this.about.before?.map((count) => count / rowsBefore);
    const per = lines.map((_, i) => (share ? 1 / ((stacked ? all : totals[i]) || 1) : 1));
    const heights = lines.map((line, i) => Array.from(line, (count) => count * per[i]));
    const tops = Array.from({length: bars + 2}, (_, code) =>
      stacked ? heights.reduce((sum, line) => sum + line[code], 0) : Math.max(0, ...heights.map((line) => line[code])),
    );
    const tallest = Math.max(...tops.slice(0, bars + 1)), behind = before ? Math.max(...before.slice(0, bars + 1)) : 0;
    const top = Math.max(tallest, tallest > 0 && tallest < LEAST_HEIGHT * behind ? tallest / LEAST_HEIGHT : behind) || 1;
    this.rescaled = behind > top;
    this.drawGrid(top, share);
    const y = (height) => this.bottom - Math.min(1, height / top) * (this.bottom - TOP);
    this.before.setAttribute("d", before ? this.path(before.map((each) => (each * Math.min(top, behind)) / (behind || 1)), null, y) : "");
    const base = new Float64Array(bars + 2);
    heights.forEach((line, i) => {
      this.now[i].setAttribute("d", this.path(line, stacked ? base : null, y));
      if (stacked) line.forEach((height, code) => (base[code] += height));
    });
    this.drawAsides(tops, y, range);
    this.drawRange(range);
    this.drawSides(range, rows, all - rows - lines.reduce((sum, line) => sum + line[bars + 1], 0));
    this.figure.dataset.rows = all;
    this.figure.setAttribute("aria-label", `${this.about.title}: ${this.told(range)}, ${counted(all)} rows in the plot`);
  }

  // Bars as one path, from a base up.
  path(heights, base, y) {
    let path = "";
    for (let bar = 0; bar < this.scale.bars; bar++) {
      if (!heights[bar]) continue;
      const [from, to] = this.scale.bar(bar);
      const left = this.x(from), right = this.x(to), gap = right - left > 4 ? 0.5 : 0;
      const low = y(base ? base[bar] : 0), high = y((base ? base[bar] : 0) + heights[bar]);
      path += `M${left.toFixed(1)} ${low.toFixed(1)}V${Math.min(high, low - 0.6).toFixed(1)}H${(right - gap).toFixed(1)}V${low.toFixed(1)}Z`;
    }
    return path;
  }

  drawGrid(top, share) {
    const drawn = `${top} ${share} ${this.measured}`;
    if (this.gridDrawn === drawn) return;
    this.gridDrawn = drawn;
    const ticks = linearTicks(0, top, this.bottom > 200 ? 7 : 3).filter((tick) => tick > 0 && (share || Number.isInteger(tick)));
    const texts = ticks.map((tick) => (share ? percent(tick) : short(tick)));
    while (this.grid.children.length > 2 * ticks.length) this.grid.lastChild.remove();
    while (this.grid.children.length < 2 * ticks.length) (made("svg:line", {}, this.grid), made("svg:text", {}, this.grid));
    ticks.forEach((tick, i) => {
      const y = this.bottom - (tick / top) * (this.bottom - TOP);
      const [line, text] = [this.grid.children[2 * i], this.grid.children[2 * i + 1]];
      for (const [name, value] of [["x1", LEFT], ["x2", this.right], ["y1", y], ["y2", y]]) line.setAttribute(name, value);
      text.setAttribute("x", LEFT - 4);
      text.setAttribute("y", y + 3.5);
      if (text.textContent !== texts[i]) text.textContent = texts[i];
    });
  }

  drawAsides(tops, y, range) {
    this.asides.forEach((aside, i) => {
      const bar = aside.children[1], height = tops[this.scale.bars + i];
      bar.setAttribute("y", y(height));
      bar.setAttribute("height", height ? Math.max(1, this.bottom - y(height)) : 0);
      const chosen = i ? Boolean(range?.missing) : Boolean(range) && this.scale.takesBelow(range);
      aside.setAttribute("aria-pressed", chosen);
      aside.classList.toggle("out", Boolean(range) && !chosen);
    });
  }

  drawRange(range) {
    const drawn = `${JSON.stringify(range)} ${this.measured}`;
    if (this.rangeDrawn === drawn) return;
    this.rangeDrawn = drawn;
    const [from, to] = this.scale.places(range).map((place) => this.x(place));
    const high = this.bottom - TOP;
    const missing = Boolean(range?.missing);
    this.figure.classList.toggle("filtered", Boolean(range));
    this.place(this.shades[0], this.left, TOP, range ? (missing ? this.right : from) - this.left : 0, high);
    this.place(this.shades[1], to, TOP, range && !missing ? this.right - to : 0, high);
    this.place(this.band, from, TOP, range && !missing ? to - from : 0, high);
    const [first, end] = this.hand.steps();
    this.edges.forEach((edge, i) => {
      const x = i ? to : from;
      const [focus, line, grip] = edge.children;
      this.place(focus, x - 6, TOP - 2, 12, high + 4);
      for (const [name, value] of [["x1", x], ["x2", x], ["y1", TOP], ["y2", this.bottom]]) line.setAttribute(name, value);
      this.place(grip, x - 2.5, TOP + high / 2 - 9, 5, 18);
      const value = i ? range?.high ?? this.scale.value(this.scale.steps) : range?.low ?? this.scale.value(0);
      edge.setAttribute("aria-label", `${this.about.title}, ${i ? "to" : "from"}`);
      edge.setAttribute("aria-valuemin", 0);
      edge.setAttribute("aria-valuemax", this.scale.steps);
      edge.setAttribute("aria-valuenow", i ? end : first);
      edge.setAttribute("aria-valuetext", readable(value));
    });
    this.exact.show(range);
  }

  // Beside a cut-off, how many rows lie on each side of it.
  drawSides(range, kept, left) {
    const cut = range && !range.missing && (range.low === null) !== (range.high === null);
    const counts = range?.high === null ? [left, kept] : [kept, left];
    const [from, to] = this.scale.places(range).map((place) => this.x(place));
    const at = range?.high === null ? from : to;
    this.sides.forEach((side, i) => {
      side.toggleAttribute("hidden", !cut);
      if (!cut) return;
      const text = counted(counts[i]), width = 6.4 * text.length;
      side.setAttribute("x", i ? Math.min(at + 5, this.right - width) : Math.max(at - 5, this.left + width));
      side.setAttribute("y", TOP + 9);
      side.setAttribute("text-anchor", i ? "start" : "end");
      side.classList.toggle("kept", (i === 1) === (range.high === null));
      if (side.textContent !== text) side.textContent = text;
    });
  }

  told(range) {
    if (!range) return "all values";
    if (range.missing) return "rows without a value";
    if (range.low === null) return `up to ${readable(range.high)}`;
    return range.high === null ? `from ${readable(range.low)}` : `${readable(range.low)} to ${readable(range.high)}`;
  }
}
