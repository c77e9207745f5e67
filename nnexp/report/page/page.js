// Draws every plot in the page's colours and width, and again when these change.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const paper = window.matchMedia("print");
const finger = window.matchMedia("(pointer: coarse)");
const NARROW = 480; // pixels, of which long names need all
const PANEL = { height: 170, above: 34, below: 40, beside: 80, columns: 4 }; // pixels, and the most in a row
const PRINTED = { ...PANEL, height: 76, above: 26, below: 30, rows: 7 }; // so that all of them stand on one page
const TITLE = 48; // pixels, above a plot that is saved
const LETTER = 0.57; // of the size of a font, which a letter is wide
const SMALL = 11; // pixels, the font of names within a plot
const BESIDE = 0.36; // of the width, that the names of strips may take beside them

function colours() {
  const style = getComputedStyle(document.body);
  const line = style.getPropertyValue("--line");
  const axis = { gridcolor: line, linecolor: line, zeroline: false, title: { font: { size: 13 } } };
  return {
    layout: {
      font: { color: style.getPropertyValue("--ink"), family: style.fontFamily, size: 13 },
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

// Panels stand in as many columns as there is room for: the axes, and above each its title.
function arranged(layout, width) {
  const panels = layout.meta?.panels;
  if (!panels) return layout;
  const panel = document.body.classList.contains("printed") ? PRINTED : PANEL;
  const room = Math.max(1, Math.min(panel.columns, Math.floor(width / layout.meta.width)));
  const rows = Math.min(Math.ceil(panels / room), panel.rows ?? panels);
  const columns = Math.ceil(panels / rows); // as even as may be
  const inside = rows * (panel.above + panel.height + panel.below);
  const changed = { ...layout, height: inside + layout.margin.t + layout.margin.b, annotations: [...layout.annotations] };
  for (let place = 0; place < panels; place += 1) {
    const [row, column, suffix] = [Math.floor(place / columns), place % columns, place ? place + 1 : ""];
    const left = column / columns;
    const top = 1 - (row * (panel.above + panel.height + panel.below) + panel.above) / inside;
    const right = (column + 1) / columns - (column + 1 < columns ? 18 / width : 0);
    changed[`xaxis${suffix}`] = { ...layout[`xaxis${suffix}`], domain: [left, right] };
    changed[`yaxis${suffix}`] = {
      ...layout[`yaxis${suffix}`], domain: [top - panel.height / inside, top], showticklabels: column === 0,
    };
    const font = lettered((width - PANEL.beside) / columns, layout.meta.letters);
    changed.annotations[place] = { ...layout.annotations[place], x: left, xanchor: "left", y: top, font };
  }
  return changed;
}

// Titles and captions are as large as their longest lets them be.
function lettered(width, letters) {
  return { size: Math.max(6, Math.min(12, (0.96 * width) / (letters * LETTER))) };
}

// Leaves out the middle of a text, in which plotly reads three signs of HTML.
function shortened(text, most) {
  const plain = text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  if (plain.length <= most) return text;
  const end = Math.floor(most / 3);
  const cut = `${plain.slice(0, most - 1 - end)}…${plain.slice(-end)}`;
  return cut.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const lettersIn = (width, size) => Math.max(4, Math.floor(width / (size * LETTER)));

// The names of strips stand beside them where there is room, else above; what is said of an edge always stands there.
function stripped(layout, width) {
  const strips = layout.meta?.strips;
  if (!strips) return layout;
  const beside = 16 + SMALL * LETTER * Math.max(...strips.map(({ name }) => name.length));
  const names = layout.annotations.slice(0, strips.length);
  const others = layout.annotations.slice(strips.length);
  if (beside > BESIDE * width) {
    const room = lettersIn(width - layout.margin.l - layout.margin.r, SMALL);
    const above = names.map((one, at) => ({ ...one, text: shortened(strips[at].name, room - strips[at].edge.length) + strips[at].edge }));
    return { ...layout, annotations: [...above, ...others] };
  }
  const left = names.map((one, at) => ({ ...one, text: strips[at].name, xanchor: "right", xshift: -8, yshift: 0 }));
  const edges = names.map((one, at) => ({ ...one, text: strips[at].edge, ...besideEdge(strips[at].edge, width) })).filter((one) => one.text);
  return { ...layout, margin: { ...layout.margin, l: beside }, annotations: [...left, ...edges, ...others] };
}

function besideEdge(text, width) {
  const right = text.includes("▸") && !text.includes("◂");
  return { x: Number(right), xanchor: right ? "right" : "left", xshift: (right ? -0.045 : 0.045) * width };
}

// Of parallel axes each has its share of the width for its name and its values.
function shared(layout, width) {
  const { axes, name } = layout.meta ?? {};
  if (!axes) return layout;
  const most = lettersIn(width / axes, SMALL);
  const annotations = layout.annotations.map((one) => ({ ...one, text: shortened(one.text, most) }));
  return { ...layout, annotations, xaxis: { ...layout.xaxis, tickfont: lettered(width / axes, name) } };
}

function captioned(layout, width) {
  const { columns, letters } = layout.meta ?? {};
  if (!columns) return layout;
  return { ...layout, annotations: layout.annotations.map((one) => ({ ...one, font: lettered(width / columns, letters) })) };
}

function draw(figure) {
  const drawing = figure.querySelector(".drawing");
  const { data, layout } = JSON.parse(figure.querySelector("script").textContent);
  const width = drawing.clientWidth;
  const fitted = [arranged, stripped, shared, captioned].reduce((one, fit) => fit(one, width), { ...layout, height: height(layout, width) });
  const shown = { ...fitted, width, template: colours(), dragmode: finger.matches ? false : "zoom" }; // a finger scrolls
  if (width < NARROW) {
    shown.legend = { ...layout.legend, font: { size: 10 } };
    for (const trace of data) if (trace.name) trace.name = shortened(trace.name, lettersIn(width - 80, 10));
  }
  return Plotly.react(drawing, data, shown, { displayModeBar: false });
}

// Every plot can be saved, sharp at any size or as pixels: with its title, and as it looks on paper.
async function save(figure, format) {
  const title = figure.querySelector("figcaption").textContent;
  const drawing = figure.querySelector(".drawing");
  document.body.classList.add("light");
  const template = colours();
  document.body.classList.remove("light");
  template.layout.paper_bgcolor = "#ffffff";
  const { data, layout } = drawing;
  const margin = { ...layout.margin, t: layout.margin.t + TITLE };
  const head = { text: title, x: 0, xref: "paper", y: 1, yref: "container", yanchor: "top", pad: { t: 10 }, font: { size: 16 } };
  const copy = { data, layout: { ...layout, template, margin, title: head, height: layout.height + TITLE } };
  const filename = title.replace(/[^\w.-]+/g, "-").slice(0, 60);
  await Plotly.downloadImage(copy, { format, filename, width: layout.width, height: layout.height + TITLE, scale: format === "png" ? 2 : 1 });
}

// The library is compressed, and written in RFC 1924's signs with "," for "<" and "." for "&": see packed.py.
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
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
}

// Plots are drawn one after the other, so that the page can be read meanwhile.
const figures = [...document.querySelectorAll("figure.plot")];
let waiting = [];
let timer = null;

function drawNext() {
  const figure = waiting.shift();
  timer = figure ? setTimeout(drawNext) : null;
  if (figure) draw(figure);
}

function drawAll() {
  waiting = [...figures];
  timer ??= setTimeout(drawNext);
}

function drawNow() {
  waiting = [];
  figures.forEach(draw);
}

if (figures.length) {
  load().then(() => {
    drawAll();
    let width = document.body.clientWidth;
    window.addEventListener("resize", () => {
      if (document.body.clientWidth !== width) drawAll();
      width = document.body.clientWidth;
    });
    dark.addEventListener("change", drawAll);
    paper.addEventListener("change", drawNow);
    window.addEventListener("beforeprint", () => { document.body.classList.add("printed", "light"); drawNow(); });
    window.addEventListener("afterprint", () => { document.body.classList.remove("printed", "light"); drawAll(); });
    for (const figure of figures) {
      for (const button of figure.querySelectorAll("button")) {
        button.addEventListener("click", () => save(figure, button.textContent.toLowerCase()));
      }
    }
  });
}
