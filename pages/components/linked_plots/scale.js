// The steps of one score, as core/store/plot_scale.py cuts them. A place counts steps from the left of the plot.

class Scale {
  constructor(about) {
    for (const name of ["log", "exponent", "first", "steps", "whole", "shift"]) this[name] = about[name];
    this.firstBar = Math.floor(this.first / 2 ** this.shift);
    this.bars = Math.floor((this.first + this.steps - 1) / 2 ** this.shift) - this.firstBar + 1;
  }

  // The score's value at a place.
  value(place) {
    const scaled = (this.first + place) * 2 ** this.exponent;
    return this.log ? 2 ** scaled : scaled;
  }

  place(value) {
    const scaled = this.log ? Math.log2(value) : value;
    return scaled / 2 ** this.exponent - this.first;
  }

  step(value) {
    if (this.log && value <= 0) return -1;
    let step = Math.floor(this.place(value));
    if (value < this.value(step)) step -= 1;
    else if (value >= this.value(step + 1)) step += 1;
    return Math.max(-1, Math.min(this.steps, step));
  }

  // Where a bar begins and ends.
  bar(number) {
    const begin = (this.firstBar + number) * 2 ** this.shift - this.first;
    return [Math.max(0, begin), Math.min(this.steps, begin + 2 ** this.shift)];
  }

  barAt(place) {
    return Math.floor((this.first + place) / 2 ** this.shift) - this.firstBar;
  }

  // The nearest boundary of 2**shift steps.
  snapped(place, shift) {
    const size = 2 ** shift;
    const boundary = Math.round((this.first + place) / size) * size - this.first;
    return Math.max(0, Math.min(this.steps, boundary));
  }

  // The range from one boundary to another; an end at the plot's end is open. Null where nothing is left out.
  range(from, to) {
    if (from <= 0 && to >= this.steps) return null;
    const edge = (place) => (this.whole ? Math.ceil(this.value(place)) : this.value(place));
    const low = from <= 0 ? null : edge(from);
    let high = to >= this.steps ? null : this.whole ? edge(to) - 1 : floatBelow(edge(to));
    if (low !== null && high !== null && high < low) high = low;
    return {low, high, missing: false};
  }

  // The steps that a range chooses: first, and one after the last.
  chosen(range) {
    if (!range) return [0, this.steps];
    if (range.missing) return [0, 0];
    const from = range.low === null ? 0 : Math.max(0, this.step(range.low));
    const to = range.high === null ? this.steps : Math.min(this.steps, this.step(range.high) + 1);
    return [from, Math.max(from, to)];
  }

  // Where a range begins and ends on the plot.
  places(range) {
    if (!range || range.missing) return [0, this.steps];
    const inside = (value) => Math.max(0, Math.min(this.steps, this.log && value <= 0 ? 0 : this.place(value)));
    const from = range.low === null ? 0 : inside(range.low);
    const to = range.high === null ? this.steps : inside(this.whole ? range.high + 1 : range.high);
    return [from, Math.max(from, to)];
  }

  // Whether a range takes in values of zero and less, which have no place on a log axis.
  takesBelow(range) {
    return !range || (!range.missing && (range.low === null || range.low <= 0));
  }

  // The values of a bar, or what stands beside the axis.
  told(code) {
    if (code >= this.bars) return code === this.bars ? "Zero and less" : "No value";
    let [low, high] = this.bar(code).map((place) => this.value(place));
    if (this.whole) [low, high] = [Math.ceil(low), Math.ceil(high) - 1];
    return high <= low ? readable(low) : `${readable(low)} to ${readable(high)}`;
  }

  ticks(wanted) {
    const [low, high] = [this.value(0), this.value(this.steps)];
    return this.log ? logTicks(low, high, wanted) : linearTicks(low, high, wanted);
  }
}
