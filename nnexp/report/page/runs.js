// The table of runs: sorted by a click on a head, filtered by what is typed, and copied for a spreadsheet.
const TERM = /^(.+?)(<=|>=|!=|=|<|>)(.+)$/;

function valueOf(cell) {
  return cell.dataset.value ?? cell.textContent;
}

function compared(one, other) {
  const numbers = one !== "" && other !== "" && !Number.isNaN(Number(one)) && !Number.isNaN(Number(other));
  return numbers ? Number(one) - Number(other) : one.localeCompare(other, undefined, { numeric: true });
}

const HOLDS = { "=": (c) => c === 0, "!=": (c) => c !== 0, "<": (c) => c < 0, "<=": (c) => c <= 0, ">": (c) => c > 0, ">=": (c) => c >= 0 };

// A word is looked for in the whole row; hidden=30 or validation>97 in the column whose head begins so.
function wants(word, heads) {
  const [, name, sign, value] = TERM.exec(word) ?? [];
  const place = name ? heads.findIndex((head) => head.toLowerCase().startsWith(name)) : -1;
  if (place < 0) return (row) => row.textContent.toLowerCase().includes(word);
  return (row) => {
    const shown = row.cells[place].textContent.toLowerCase(); // in the unit of its head
    return shown !== "" && HOLDS[sign](compared(shown, value));
  };
}

function alive(table) {
  const body = table.tBodies[0];
  const buttons = [...table.querySelectorAll("thead button")];
  const heads = buttons.map((button) => button.textContent);
  const told = document.getElementById("told");
  const wanted = document.getElementById("wanted");
  const every = body.rows.length;
  const visible = () => [...body.rows].filter((row) => !row.hidden);

  buttons.forEach((button, place) => {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const down = head.getAttribute("aria-sort") === "ascending";
      table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort((a, b) => compared(valueOf(a.cells[place]), valueOf(b.cells[place])));
      body.append(...(down ? rows.reverse() : rows));
    });
  });

  wanted.addEventListener("input", () => {
    const tests = wanted.value.toLowerCase().split(/\s+/).filter(Boolean).map((word) => wants(word, heads));
    for (const row of body.rows) row.hidden = !tests.every((test) => test(row));
    told.textContent = `${visible().length.toLocaleString("en")} of ${every.toLocaleString("en")} runs`;
  });

  document.getElementById("copy").addEventListener("click", async () => {
    const line = (cells) => cells.map((text) => text.replace(/\s+/g, " ")).join("\t");
    const rows = visible().map((row) => line([...row.cells].map(valueOf)));
    const text = [line(heads), ...rows].join("\n");
    told.textContent = (await copied(text)) ? `${rows.length.toLocaleString("en")} rows copied` : "this browser lets no page copy";
  });
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.body.appendChild(document.createElement("textarea"));
    area.value = text;
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

document.querySelectorAll("table.runs").forEach(alive);
