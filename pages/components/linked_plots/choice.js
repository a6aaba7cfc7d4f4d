// From a plot to a choice of rows: the best by a score, and what becomes of the rows of a range.

class Choice {
  constructor(board) {
    this.board = board;
    this.line = made("div", {class: "choose"}, board.frame);
    this.best = made("form", {class: "best"}, this.line);
    made("span", {text: "Keep"}, this.best);
    this.rows = made("input", {type: "text", inputmode: "numeric", "aria-label": "Rows to keep", placeholder: "500"}, this.best);
    made("span", {text: "rows with the"}, this.best);
    this.by = made("select", {"aria-label": "Score to keep rows by"}, this.best);
    made("button", {type: "submit", text: "Keep"}, this.best);
    this.best.addEventListener("submit", (event) => {
      event.preventDefault();
      this.keepBest();
    });
    this.said = made("span", {class: "said", role: "status"}, this.best);
    this.range = made("div", {class: "range"}, this.line);
    this.told = made("span", {}, this.range);
    for (const [act, text, help] of [
      ["drop", "Drop these", "Leave out the rows of this range, keep all others"],
      ["select", "Select these", "Go to Select with exactly the rows that pass all filters, to save or export them"],
    ]) {
      const button = made("button", {type: "button", text, title: help}, this.range);
      button.addEventListener("click", () => this.board.act({act, column: this.column}));
    }
  }

  take(choices) {
    const known = JSON.stringify(choices);
    if (this.known === known) return;
    this.known = known;
    const before = this.by.value;
    this.by.replaceChildren();
    for (const each of choices) made("option", {value: `${each.lowest ? "lowest" : "highest"} ${each.column}`, text: each.text}, this.by);
    if ([...this.by.options].some((each) => each.value === before)) this.by.value = before;
  }

  keepBest() {
    const rows = Math.round(typedNumber(this.rows.value.replaceAll(",", "")) ?? 0);
    this.rows.setAttribute("aria-invalid", !(rows >= 1));
    if (!(rows >= 1)) this.said.textContent = "Type how many rows to keep.";
    if (!(rows >= 1) || !this.by.value) return this.rows.focus();
    const [end, column] = this.by.value.split(" ");
    this.board.act({act: "best", column, rows, lowest: end === "lowest"});
  }

  // The range set last, here or, after a reload, in the filters.
  draw(rows) {
    const {board} = this, columns = [...board.plots.keys()];
    const held = columns.filter((column) => board.range(column));
    const last = [...board.local.keys()].reverse().find((column) => board.range(column));
    this.column = last ?? (held.includes(this.column) ? this.column : board.data.last);
    const plot = held.includes(this.column) ? board.plots.get(this.column) : null;
    this.range.hidden = !plot;
    this.said.textContent = board.data.said;
    if (!plot) return;
    const told = `${plot.about.title} ${plot.told(board.range(this.column))}: ${counted(rows)} ${rows === 1 ? "row" : "rows"} kept`;
    if (this.told.textContent !== told) this.told.textContent = told;
  }
}
