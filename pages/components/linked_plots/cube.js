// The pairs of the plot in use with all others, summed along its steps: what any range leaves is then one subtraction.

class Cube {
  // Unpack what pages/components/linked_plots/payload.py has packed.
  static async unpacked(about, plots, groups) {
    const packed = Uint8Array.from(atob(about.counts), (letter) => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const planes = new Uint8Array(await new Response(stream).arrayBuffer());
    const size = planes.length / 4;
    const counts = new Uint32Array(size);
    for (let plane = 0; plane < 4; plane++)
      for (let i = 0; i < size; i++) counts[i] += planes[plane * size + i] * 2 ** (8 * plane);
    return new Cube(about, counts, plots, groups);
  }

  constructor(about, counts, plots, groups) {
    this.column = about.column;
    this.shift = about.shift;
    this.scale = new Scale({...plots.find((each) => each.column === about.column), shift: about.shift});
    this.codes = this.scale.bars + 2;
    this.groups = groups;
    this.sums = new Map();
    const others = plots.filter((each) => each.column !== about.column);
    let start = 0;
    for (const each of [null, ...others]) {
      const width = each ? new Scale(each).bars + 2 : 1;
      const length = groups * this.codes * width;
      this.sums.set(each ? each.column : about.column, this.summed(counts.subarray(start, start + length), width));
      start += length;
    }
  }

  // Of each group and code, the sum over the bars before it; below and missing stand for themselves.
  summed(counts, width) {
    const {codes, scale, groups} = this;
    const sums = new Float64Array(groups * (codes + 1) * width);
    for (let group = 0; group < groups; group++)
      for (let code = 0; code < codes; code++)
        for (let x = 0; x < width; x++) {
          const from = (group * codes + code) * width + x;
          const to = (group * (codes + 1) + code + 1) * width + x;
          sums[to] = counts[from] + (code < scale.bars ? sums[to - width] : 0);
        }
    return {sums, width};
  }

  // Rows of another plot by group and code, for those that a range of this one leaves.
  under(column, range) {
    const {sums, width} = this.sums.get(column);
    const {scale, codes, groups} = this;
    const [first, end] = scale.chosen(range);
    const [from, to] = first === end ? [0, 0] : [scale.barAt(first), scale.barAt(end - 1) + 1];
    const found = [];
    for (let group = 0; group < groups; group++) {
      const line = new Float64Array(width);
      const at = (code) => (group * (codes + 1) + code) * width;
      for (let x = 0; x < width; x++) {
        line[x] = sums[at(to) + x] - sums[at(from) + x];
        if (scale.takesBelow(range)) line[x] += sums[at(scale.bars + 1) + x];
        if (!range || range.missing) line[x] += sums[at(scale.bars + 2) + x];
      }
      found.push(line);
    }
    return found;
  }

  rows(range) {
    const own = this.under(this.column, range);
    return own.reduce((sum, line) => sum + line[0], 0);
  }
}
