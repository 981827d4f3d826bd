// The drawing: people and ties at the places given, what a click and the filters do.
"use strict";

// Colours of Okabe and Ito, which differ for every kind of colour vision; shape and line say the same again.
const ROLES = {
  MEMBER: { shape: "ellipse", fill: "#0072B2", line: "#ffffff", width: 1.5 },
  INVOLVED: { shape: "pentagon", fill: "#ffffff", line: "#0072B2", width: 3 },
  VICTIM: { shape: "round-rectangle", fill: "#ffffff", line: "#D55E00", width: 4 },
  CONNECTED: { shape: "diamond", fill: "#c9ced6", line: "#57606a", width: 1.5 },
  TIED: { shape: "triangle", fill: "#ffffff", line: "#57606a", width: 2 },
};
const LEADER = { shape: "star", fill: "#003f66", line: "#ffffff", width: 1.5 };
const RELATIONS = {
  ASSOCIATION: { colour: "#3d4752", style: "solid", words: "association" },
  INDIRECT: { colour: "#009E73", style: "dashed", words: "shared victim (indirect)" },
  HARM: { colour: "#D55E00", style: "solid", words: "harm, arrow to the victim" },
  SHARED_HARM: { colour: "#E69F00", style: "dotted", words: "victims of one crime" },
  FAMILY: { colour: "#CC79A7", style: "solid", words: "family or partners" },
  TOGETHER: { colour: "#56B4E9", style: "dashed", words: "missing, found together" },
};
const mostTie = Math.max(...data.ties.map((tie) => tie.weight), 1);
const strengthOf = (person) => person.strength;
const scoreOf = (person) => person.score || 0;
let sizeBy = strengthOf;

function sizes() {
  const most = Math.max(...data.people.map(sizeBy), 1);
  return data.people.map((person) => Math.round(20 + 34 * Math.sqrt(sizeBy(person) / most)));
}

function nodes() {
  const size = sizes();
  return data.people.map((person, place) => {
    const look = person.leader && person.role === "MEMBER" ? LEADER : ROLES[person.role];
    const line = person.victim ? ROLES.VICTIM.line : look.line;
    const classes = [person.role === "MEMBER" ? "member" : "around", person.child === true ? "child" : "", person.child === null ? "age-unknown" : ""];
    return {
      group: "nodes", classes: classes.filter(Boolean), position: { x: person.x, y: person.y },
      data: { id: "p" + place, place, size: size[place], shape: look.shape, fill: look.fill, line, border: person.victim ? 4 : look.width },
    };
  });
}

function edges() {
  const several = new Map();
  for (const tie of data.ties) several.set(tie.src + "-" + tie.dst, (several.get(tie.src + "-" + tie.dst) || 0) + 1);
  return data.ties.map((tie, at) => {
    const look = RELATIONS[tie.relation], share = Math.sqrt(tie.weight / mostTie);
    return {
      group: "edges", classes: several.get(tie.src + "-" + tie.dst) > 1 ? ["beside"] : [],
      data: {
        id: "t" + at, at, source: "p" + tie.src, target: "p" + tie.dst, colour: look.colour, style: look.style,
        width: 1 + 8 * share, opacity: 0.35 + 0.55 * share, forth: tie.forth > 0 ? "triangle" : "none", back: tie.back > 0 ? "triangle" : "none",
      },
    };
  });
}

const cy = cytoscape({
  container: document.getElementById("cy"),
  elements: [...nodes(), ...edges()],
  layout: { name: "preset", fit: true, padding: 40 },
  minZoom: 0.05, maxZoom: 4, boxSelectionEnabled: false, autoungrabify: false,
  style: [
    { selector: "node", style: { width: "data(size)", height: "data(size)", shape: "data(shape)", "background-color": "data(fill)", "border-color": "data(line)", "border-width": "data(border)" } },
    { selector: "node.child", style: { "underlay-color": "#f0c800", "underlay-opacity": 0.75, "underlay-padding": 11, "underlay-shape": "ellipse" } },
    { selector: "node.age-unknown", style: { "border-style": "dashed", "border-color": "#1b1f23", "border-width": 3 } },
    { selector: "edge", style: { width: "data(width)", "line-color": "data(colour)", "line-style": "data(style)", "line-opacity": "data(opacity)", "curve-style": "straight", "target-arrow-shape": "data(forth)", "source-arrow-shape": "data(back)", "target-arrow-color": "data(colour)", "source-arrow-color": "data(colour)", "arrow-scale": 1.1 } },
    { selector: "edge.beside", style: { "curve-style": "bezier", "control-point-step-size": 26 } },
    { selector: ".hidden", style: { display: "none" } },
    { selector: ".dim", style: { opacity: 0.12 } },
    { selector: "node.child.dim", style: { "underlay-opacity": 0.15 } },
    { selector: "node.near", style: { opacity: 1 } },
    { selector: "edge.near", style: { opacity: 1, "line-opacity": 1 } },
    { selector: "node.chosen", style: { "border-color": "#000000", "border-width": 5 } },
    { selector: "edge.chosen", style: { "line-opacity": 1, width: 11 } },
  ],
});

function light(around) {
  cy.batch(() => {
    cy.elements().removeClass("dim near");
    if (around) { cy.elements().not(around).addClass("dim"); around.addClass("near"); }
  });
}

let held = null;
function choose(chosen, around) {
  cy.elements().removeClass("chosen");
  held = around;
  if (chosen) chosen.addClass("chosen");
  light(around);
}

function inView(chosen) {
  const box = chosen.renderedBoundingBox();
  if (box.x1 < 0 || box.y1 < 0 || box.x2 > cy.width() || box.y2 > cy.height()) cy.center(chosen);
}

function choosePerson(place) {
  const node = cy.getElementById("p" + place);
  node.removeClass("hidden");
  choose(node, node.closedNeighborhood());
  inView(node);
  showPerson(place);
}

function chooseTie(at) {
  const edge = cy.getElementById("t" + at);
  choose(edge, edge.union(edge.connectedNodes()));
  inView(edge);
  showTie(at);
}

function clear() {
  choose(null, null);
  showNetwork();
}

cy.on("tap", "node", (event) => choosePerson(event.target.data("place")));
cy.on("tap", "edge", (event) => chooseTie(event.target.data("at")));
cy.on("tap", (event) => { if (event.target === cy) clear(); });
cy.on("mouseover", "node", (event) => light(event.target.closedNeighborhood()));
cy.on("mouseover", "edge", (event) => light(event.target.union(event.target.connectedNodes())));
cy.on("mouseout", "node, edge", () => light(held));

function filter() {
  const off = new Set([...document.querySelectorAll("#relations [data-relation]")].filter((box) => !box.checked).map((box) => box.dataset.relation));
  const around = document.getElementById("around").checked;
  // A cube: most ties are far weaker than the strongest.
  const weakest = mostTie * (document.getElementById("weakest").value / 100) ** 3;
  document.getElementById("weakest-shown").textContent = weakest === 0 ? "all" : micro(weakest, 3);
  cy.batch(() => {
    cy.nodes(".around").toggleClass("hidden", !around);
    cy.edges().forEach((edge) => edge.toggleClass("hidden", off.has(data.ties[edge.data("at")].relation) || data.ties[edge.data("at")].weight < weakest));
  });
}
