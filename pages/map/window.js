// Tells which part of the map is looked at, so that the next figure shows the same part. Each figure is a new plot.

const SETTLE_MS = 250, LOOK_MS = 300;
const AXIS = /^[xy]axis\.(range|autorange)/;
let tell = null, timer = 0;

function listen() {
  const plot = document.querySelector('[class*="st-key-plot-map-"] .js-plotly-plot');
  if (!plot?.on || plot.windowTold) return;
  plot.windowTold = true;
  plot.on("plotly_relayout", (changed) => {
    if (!Object.keys(changed).some((name) => AXIS.test(name))) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const {xaxis, yaxis} = plot._fullLayout;
      tell("window", xaxis.autorange && yaxis.autorange ? {} : {x: [...xaxis.range], y: [...yaxis.range]});
    }, SETTLE_MS);
  });
}

export default function ({setTriggerValue}) {
  tell = setTriggerValue;
  const looking = setInterval(listen, LOOK_MS);
  return () => clearInterval(looking);
}
