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
      modebar: { bgcolor: "rgba(0,0,0,0)", color: style.getPropertyValue("--shade"), activecolor: style.getPropertyValue("--accent") },
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
  const buttons = [saved(figure, "svg"), saved(figure, "png")];
  const bar = { displaylogo: false, modeBarButtons: [buttons] };
  return Plotly.react(drawing, data, shown, { responsive: true, ...bar });
}

// Every plot can be saved, sharp at any size or as pixels.
function saved(figure, format) {
  const name = figure.querySelector("figcaption").textContent.replace(/[^\w.-]+/g, "-").slice(0, 60);
  const icon = format === "svg" ? Plotly.Icons.disk : Plotly.Icons.camera;
  const click = (drawing) => Plotly.downloadImage(drawing, { format, filename: name, width: 900, height: 560 });
  return { name: `Save as ${format.toUpperCase()}`, icon, click };
}

// The library is deflated, and written in RFC 1924's signs with "," for "<" and "." for "&": see packed.py.
const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%.()*+-;,=>?@^_`{|}~";

function unpacked(text, length) {
  const value = new Uint8Array(128);
  [...SIGNS].forEach((sign, place) => { value[sign.charCodeAt(0)] = place; });
  const bytes = new Uint8Array((text.length / 5) * 4);
  const view = new DataView(bytes.buffer);
  for (let group = 0; group * 5 < text.length; group += 1) {
    let number = 0;
    for (let at = group * 5; at < group * 5 + 5; at += 1) number = number * 85 + value[text.charCodeAt(at)];
    view.setUint32(group * 4, number);
  }
  return bytes.subarray(0, length);
}

async function load() {
  const packed = document.getElementById("plotly");
  const bytes = unpacked(packed.textContent, Number(packed.dataset.length));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
}

function drawAll() {
  document.querySelectorAll("figure.plot").forEach(draw);
}

// The table of runs is sorted by a click on a head, and shows the rows that hold what is typed.
function sortable(table) {
  const body = table.tBodies[0];
  const value = (row, place) => row.cells[place].dataset.value ?? row.cells[place].textContent;
  table.querySelectorAll("thead button").forEach((button, place) => {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const down = head.getAttribute("aria-sort") === "ascending";
      table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort((a, b) => {
        const [one, other] = [value(a, place), value(b, place)];
        const numbers = one !== "" && other !== "" && !Number.isNaN(Number(one)) && !Number.isNaN(Number(other));
        return numbers ? Number(one) - Number(other) : one.localeCompare(other, undefined, { numeric: true });
      });
      body.append(...(down ? rows.reverse() : rows));
    });
  });
  const wanted = document.getElementById("wanted");
  wanted.addEventListener("input", () => {
    const words = wanted.value.toLowerCase().split(/\s+/);
    for (const row of body.rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
  });
}

document.querySelectorAll("table.runs").forEach(sortable);
if (document.querySelector("figure.plot")) {
  load().then(() => {
    dark.addEventListener("change", drawAll);
    window.addEventListener("resize", drawAll);
    drawAll();
  });
}
