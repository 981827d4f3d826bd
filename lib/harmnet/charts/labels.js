// Names beside people, always of one size on the screen: the most important first, each only where it covers no other.
"use strict";

const board = element("canvas", null, { id: "labels", "aria-hidden": "true" });
document.getElementById("cy").append(board);
const pen = board.getContext("2d");
const LINE = 13;

// From far away a name alone; from near its nominal_id too.
const labels = data.people.map((person, place) => {
  const child = person.child === true;
  const near = [{ text: personName(person), bold: true }, { text: person.id }, ...(child ? [{ text: "CHILD, " + person.age, bold: true, mark: true }] : [])];
  const far = [{ text: personName(person) + (child ? ", " + person.age : ""), bold: true, mark: child }];
  return { place, near: person.name ? near : near.slice(1), far, first: (child ? 2 : 1) * (person.role === "MEMBER" || person.victim ? 2 : 1) * (1 + person.strength) };
});
const byImportance = [...labels].sort((one, other) => other.first - one.first || one.place - other.place);

const FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif";
const fontOf = (line) => (line.bold ? "600 12px " : "400 11px ") + FONT;

function fits(box, taken) {
  return box.x1 >= 0 && box.y1 >= 0 && box.x2 <= cy.width() && box.y2 <= cy.height() - 24 &&
    taken.every((other) => box.x2 < other.x1 || box.x1 > other.x2 || box.y2 < other.y1 || box.y1 > other.y2);
}

function write(lines, x, y) {
  lines.forEach((line, at) => {
    pen.font = fontOf(line);
    pen.strokeText(line.text, x, y + at * LINE);
    pen.fillStyle = line.mark ? "#7a2e00" : "#1b1f23";
    pen.fillText(line.text, x, y + at * LINE);
  });
}

function widthOf(lines) {
  if (lines.width === undefined) {
    lines.width = Math.max(...lines.map((line) => { pen.font = fontOf(line); return pen.measureText(line.text).width; }));
  }
  return lines.width;
}

function fitBoard() {
  const scale = window.devicePixelRatio || 1, wide = Math.round(cy.width() * scale), high = Math.round(cy.height() * scale);
  if (board.width !== wide || board.height !== high) {
    board.width = wide;
    board.height = high;
    board.style.width = cy.width() + "px";
    board.style.height = cy.height() + "px";
  }
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, cy.width(), cy.height());
  Object.assign(pen, { textAlign: "center", textBaseline: "top", lineJoin: "round", lineWidth: 4, strokeStyle: "rgba(255, 255, 255, 0.9)" });
}

function drawLabels() {
  fitBoard();
  const lit = cy.nodes(".near").length > 0, far = cy.zoom() < 0.5 && !lit, margin = far ? 5 : 1;
  const taken = [];
  for (const label of byImportance) {
    const node = cy.getElementById("p" + label.place);
    if (node.hasClass("hidden") || (lit && !node.hasClass("near"))) continue;
    const lines = far ? label.far : label.near, half = widthOf(lines) / 2;
    const at = node.renderedPosition(), below = at.y + node.renderedHeight() / 2 + 3;
    const box = { x1: at.x - half - margin, x2: at.x + half + margin, y1: below - margin, y2: below + LINE * lines.length + margin };
    if (!fits(box, taken)) continue;
    taken.push(box);
    write(lines, at.x, below);
  }
  board.dataset.shown = taken.length;
}

// Room below for the names of the lowest, and the stamp.
function fitAll() {
  cy.fit(cy.elements().not(".hidden"), 60);
  cy.panBy({ x: 0, y: -25 });
}

let untouched = true;
cy.on("scrollzoom dragpan pinchzoom", () => { untouched = false; });
cy.on("resize", () => { if (untouched) fitAll(); });
cy.on("render", drawLabels);
fitAll();
