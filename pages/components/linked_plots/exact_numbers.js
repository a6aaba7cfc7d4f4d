// The two ends of a range as numbers that can be typed.
class ExactNumbers {
  constructor(plot) {
    this.plot = plot;
    this.line = made("div", {class: "exact"}, plot.figure);
    this.fields = {};
    for (const end of ["low", "high"]) {
      if (end === "high") made("span", {text: "to"}, this.line);
      const field = made("input", {type: "text", inputmode: "decimal", class: end, tabindex: "-1", autocomplete: "off"}, this.line);
      field.addEventListener("change", () => this.typed());
      field.addEventListener("keydown", (event) => {
        if (event.key === "Escape") this.show(plot.board.range(plot.column));
        if (event.key === "Enter" || event.key === "Escape") plot.edges[end === "low" ? 0 : 1].focus();
        event.stopPropagation();
      });
      this.fields[end] = field;
    }
    this.without = made("span", {class: "without", text: "no value"}, this.line);
    this.clear = made("button", {type: "button", class: "clear", tabindex: "-1", text: "×"}, this.line);
    this.clear.addEventListener("click", () => plot.board.clear(plot.column));
  }

  take(about) {
    this.clear.setAttribute("aria-label", `Remove the filter on ${about.title}`);
    for (const [end, word] of [["low", "from"], ["high", "to"]])
      this.fields[end].setAttribute("aria-label", `${about.title} ${word}, exact number`);
    this.fields.low.placeholder = readable(this.plot.scale.value(0));
    this.fields.high.placeholder = readable(this.plot.scale.value(this.plot.scale.steps));
  }

  show(range) {
    this.line.classList.toggle("missing", Boolean(range?.missing));
    for (const [end, field] of Object.entries(this.fields)) {
      const value = range?.[end] ?? null, shown = value === null ? "" : readable(value);
      if (this.plot.board.root.activeElement !== field && field.value !== shown) field.value = shown;
    }
  }

  edit(end, event) {
    const field = this.fields[end];
    field.focus();
    field.select();
    if (event.key === "Enter") event.preventDefault();
  }

  typed() {
    const {plot} = this, known = plot.board.range(plot.column);
    // What nobody has typed over stays exact.
    const value = (end) => {
      const text = this.fields[end].value, before = known && !known.missing ? known[end] : null;
      return before !== null && text === readable(before) ? before : typedNumber(text);
    };
    let [low, high] = [value("low"), value("high")];
    if (Number.isNaN(low) || Number.isNaN(high)) return this.show(known);
    if (low !== null && high !== null && low > high) [low, high] = [high, low];
    plot.board.set(plot.column, low === null && high === null ? null : {low, high, missing: false});
    plot.board.commit(plot.column);
  }
}
