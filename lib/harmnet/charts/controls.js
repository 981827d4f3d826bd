// The legend, the filters, the search box and the tables' buttons.
"use strict";

function svg(tag, attributes, parts) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  for (const part of parts || []) made.append(part);
  return made;
}

const CORNERS = { pentagon: "10,2 18,8 15,17 5,17 2,8", diamond: "10,2 18,10 10,18 2,10", triangle: "10,3 18,17 2,17", star: "10,1 12.6,7.2 19,7.6 14,11.8 15.8,18.5 10,14.8 4.2,18.5 6,11.8 1,7.6 7.4,7.2" };

function glyph(look, extra) {
  const paint = { fill: look.fill, stroke: look.line === "#ffffff" ? look.fill : look.line, "stroke-width": Math.min(look.width, 3) };
  const shape = look.shape === "ellipse" ? svg("circle", { cx: 10, cy: 10, r: 7, ...paint, ...extra })
    : look.shape === "round-rectangle" ? svg("rect", { x: 3, y: 3, width: 14, height: 14, rx: 2, ...paint, ...extra })
      : svg("polygon", { points: CORNERS[look.shape], ...paint, ...extra });
  return svg("svg", { width: 20, height: 20, viewBox: "0 0 20 20", "aria-hidden": "true" }, [shape]);
}

function line(look) {
  const dashes = { solid: "", dashed: "7 4", dotted: "2 3" }[look.style];
  return svg("svg", { width: 30, height: 12, viewBox: "0 0 30 12", "aria-hidden": "true" }, [svg("line", { x1: 1, y1: 6, x2: 29, y2: 6, stroke: look.colour, "stroke-width": 4, "stroke-dasharray": dashes })]);
}

function legend() {
  const people = document.querySelector("#roles ul");
  const entry = (drawn, text, count) => { if (count > 0) people.append(element("li", element("label", [drawn, text + " (" + count.toLocaleString("en-GB") + ")"]))); };
  const count = (test) => data.people.filter(test).length;
  entry(glyph(LEADER), "member listed as a leader", count((person) => person.leader && person.role === "MEMBER"));
  for (const [role, look] of Object.entries(ROLES)) {
    entry(glyph(look), data.roles[role], count((person) => person.role === role && !(role === "MEMBER" && person.leader)));
  }
  entry(glyph(ROLES.MEMBER, { stroke: ROLES.VICTIM.line, "stroke-width": 3 }), "orange border: also a victim", count((person) => person.victim && person.role !== "VICTIM"));
  entry(glyph({ shape: "ellipse", fill: "#ffffff", line: "#f0c800", width: 3 }), "yellow halo: child, safeguarding first", count((person) => person.child === true));
  entry(glyph({ shape: "ellipse", fill: "#ffffff", line: "#1b1f23", width: 2 }, { "stroke-dasharray": "3 2" }), "dashed border: age not known", count((person) => person.child === null));
  document.getElementById("made").textContent = "Only these make someone a member: " + wordsOf(data.made) + ".";
  const relations = document.querySelector("#relations ul");
  for (const [relation, look] of Object.entries(RELATIONS)) {
    const number = data.ties.filter((tie) => tie.relation === relation).length;
    if (number === 0) continue;
    const box = element("input", null, { type: "checkbox", "data-relation": relation });
    box.checked = true;
    relations.append(element("li", element("label", [box, line(look), look.words + " (" + number.toLocaleString("en-GB") + ")"])));
  }
}

function wordsOf(relations) {
  return relations.map((relation) => RELATIONS[relation].words).join(" and ");
}

function search() {
  const wanted = document.getElementById("search").value.trim().toLowerCase();
  const hits = data.people.map((person, place) => [person, place]).filter(([person]) => wanted && (person.name + " " + person.id).toLowerCase().includes(wanted));
  const shown = hits.slice(0, 8).map(([, place]) => element("li", personButton(place)));
  if (wanted && hits.length !== shown.length) shown.push(element("li", (hits.length - shown.length) + " more"));
  if (wanted && !hits.length) shown.push(element("li", "no one of that name or number"));
  document.getElementById("found").replaceChildren(...shown);
  return hits;
}

legend();
showNetwork();
document.getElementById("search").addEventListener("input", search);
document.getElementById("search").addEventListener("keydown", (event) => { if (event.key === "Enter" && search().length) choosePerson(search()[0][1]); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") clear(); });
document.querySelector("nav").addEventListener("input", (event) => { if (event.target.id !== "search") filter(); });
for (const radio of document.querySelectorAll("[name=size]")) {
  radio.addEventListener("change", () => {
    sizeBy = radio.value === "score" ? scoreOf : strengthOf;
    const size = sizes();
    cy.batch(() => cy.nodes().forEach((node) => node.data("size", size[node.data("place")])));
  });
}
for (const button of document.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", () => {
    if (button.dataset.zoom === "fit") fitAll();
    else cy.zoom({ level: cy.zoom() * Number(button.dataset.zoom), renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  });
}
document.querySelector("section").addEventListener("click", (event) => {
  const { person, tie } = event.target.dataset;
  if (person === undefined && tie === undefined) return;
  if (person !== undefined) choosePerson(Number(person)); else chooseTie(Number(tie));
  const panel = document.getElementById("panel");
  panel.scrollIntoView({ block: "nearest" });
  panel.focus();
});
document.documentElement.dataset.drawn = cy.nodes().length + " people, " + cy.edges().length + " ties";
