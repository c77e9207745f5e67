// Draws every plot in the page's colours and width, and again when these change.
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function colours() {
  const style = getComputedStyle(document.documentElement);
  const axis = { gridcolor: style.getPropertyValue("--line"), linecolor: style.getPropertyValue("--line"), zeroline: false };
  return {
    layout: {
      font: { color: style.getPropertyValue("--ink"), family: getComputedStyle(document.body).fontFamily, size: 13 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      xaxis: axis,
      yaxis: axis,
      hoverlabel: { namelength: -1 },
    },
  };
}

// A sheet of images keeps its proportions; other plots keep their height.
function height(layout, width) {
  return layout.meta?.ratio ? Math.min(820, Math.round(width * layout.meta.ratio) + 20) : layout.height;
}

function draw(figure) {
  const drawing = figure.querySelector(".drawing");
  const { data, layout } = JSON.parse(figure.querySelector("script").textContent);
  const shown = { ...layout, height: height(layout, drawing.clientWidth), template: colours() };
  return Plotly.react(drawing, data, shown, { responsive: true, displayModeBar: false });
}

function drawAll() {
  document.querySelectorAll("figure.plot").forEach(draw);
}

dark.addEventListener("change", drawAll);
window.addEventListener("resize", drawAll);
drawAll();
