// Numbers as people read them (as pages/components/wording.py has them), ticks, and neighbours of a float.

const MINUS = "−";

function readable(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  let text;
  if (size >= 1e15) text = value.toExponential(2);
  else if (size >= 1000 || Number.isInteger(value)) text = Math.round(value).toLocaleString("en-US");
  else if (size >= 100) text = value.toFixed(1);
  else if (size >= 1) text = value.toFixed(2);
  else text = String(Number(value.toPrecision(3)));
  return text.replace("-", MINUS);
}

function counted(count) {
  return count.toLocaleString("en-US");
}

// A count in the little space of an axis: 950, 12k, 1.2M.
function short(count) {
  const units = [[1e9, "G"], [1e6, "M"], [1e3, "k"]];
  for (const [size, unit] of units) if (count >= size) return `${Number((count / size).toPrecision(3))}${unit}`;
  return String(Number(count.toPrecision(3)));
}

function percent(share) {
  const size = share * 100;
  return `${size === 0 || size >= 10 ? Math.round(size) : Number(size.toPrecision(2))}%`;
}

// Round numbers from low to high, at most so many.
function linearTicks(low, high, most) {
  const raw = (high - low) / (most + 1);
  if (!(raw > 0) || !Number.isFinite(raw)) return [low];
  const power = 10 ** Math.floor(Math.log10(raw));
  for (const step of [1, 2, 5, 10, 20].map((each) => each * power)) {
    const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
    if (last - first < most)
      return Array.from({length: last - first + 1}, (_, n) => Number(((first + n) * step).toPrecision(12)));
  }
  return [];
}

// 1, 2, 5 or whole powers of ten from low to high, about so many.
function logTicks(low, high, wanted) {
  let ticks = [];
  for (const steps of [[1, 2, 5], [1, 3], [1]]) {
    ticks = [];
    for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++)
      for (const s of steps) {
        const value = Number((s * 10 ** e).toPrecision(3));
        if (value >= low && value <= high) ticks.push(value);
      }
    if (ticks.length <= wanted) return ticks;
  }
  const every = Math.ceil(ticks.length / wanted);
  return ticks.filter((_, place) => place % every === 0);
}

// The greatest float below a number.
function floatBelow(value) {
  if (!Number.isFinite(value)) return Number.MAX_VALUE;
  if (value === 0) return -Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return view.getFloat64(0);
}

function typedNumber(text) {
  const plain = text.trim().replaceAll(",", "").replace(MINUS, "-");
  return plain === "" ? null : Number(plain);
}
