// What the panel says about a person or a tie. Text only ever goes in as text.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);

function element(tag, content, attributes) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  for (const part of [].concat(content === null || content === undefined ? [] : content)) made.append(part);
  return made;
}

const micro = (value, places) => (value / 1e6).toLocaleString("en-GB", { minimumFractionDigits: places, maximumFractionDigits: places });
const words = (name) => name.replace(/_micro$/, "").replaceAll("_", " ");

function table(heads, rows, numbers) {
  const cell = (tag, value, place) => element(tag, value, numbers.includes(place) ? { class: "number" } : { class: "wrap" });
  const head = element("tr", heads.map((value, place) => cell("th", value, place)));
  const body = rows.map((row) => element("tr", row.cells.map((value, place) => cell("td", value, place)), row.total ? { class: "total" } : {}));
  return element("table", [element("thead", head), element("tbody", body)]);
}

const plain = (cells) => ({ cells });
const personName = (person) => person.name || person.id;

function ageText(person) {
  if (person.child === true) return "child, " + person.age;
  return person.age === null ? "not known" : String(person.age);
}

function personButton(place) {
  const person = data.people[place];
  const button = element("button", personName(person) + " (" + person.id + ")", { type: "button", class: "link" });
  button.addEventListener("click", () => choosePerson(place));
  return button;
}

function partsOf(parts, score) {
  const most = Math.max(...parts.map((part) => part[1]), 1);
  const rows = parts.map(([name, value]) => plain([words(name), element("progress", null, { max: most, value, "aria-hidden": "true" }), micro(value, 6)]));
  rows.push({ cells: ["score: sum of the parts", "", micro(score, 6)], total: true });
  return table(["part", "", ""], rows, [2]);
}

function measureText(value) {
  if (typeof value !== "number" || Number.isInteger(value)) return typeof value === "number" ? value.toLocaleString("en-GB") : String(value);
  return value.toPrecision(4);
}

function measuresOf(measures) {
  const scopes = Object.keys(measures).sort().reverse();
  const names = [...new Set(scopes.flatMap((scope) => Object.keys(measures[scope])))];
  const shown = (name, value) => (value === undefined ? "" : name.endsWith("_micro") ? micro(value, 3) : measureText(value));
  const rows = names.map((name) => plain([words(name), ...scopes.map((scope) => shown(name, measures[scope][name]))]));
  const heads = { IMMEDIATE: "own network", FULL: "whole theme" };
  return table(["measure", ...scopes.map((scope) => heads[scope] || scope)], rows, [1, 2]);
}

function tiesOf(place) {
  const mine = data.ties.map((tie, at) => [tie, at]).filter(([tie]) => tie.src === place || tie.dst === place);
  mine.sort((one, other) => other[0].weight - one[0].weight || one[1] - other[1]);
  const rows = mine.map(([tie, at]) => {
    const show = element("button", tie.relation, { type: "button", class: "link" });
    show.addEventListener("click", () => chooseTie(at));
    return plain([personButton(tie.src === place ? tie.dst : tie.src), show, micro(tie.weight, 3)]);
  });
  return table(["with", "relation", "weight"], rows, [2]);
}

function showPerson(place) {
  const person = data.people[place];
  const parts = [element("h2", personName(person)), element("p", person.id + " · " + data.roles[person.role])];
  if (person.child === true) parts.push(element("p", "Child of " + person.age + ": safeguarding first", { class: "child" }));
  if (person.child === null) parts.push(element("p", "Age not known: it may be a child, so safeguarding first", { class: "child" }));
  if (person.reasons.length) parts.push(element("p", "Safeguarding flags: " + person.reasons.map((reason) => words(reason).toLowerCase()).join(", "), { class: "child" }));
  const facts = [["age", ageText(person)], ["handling", person.handling], ["victim", person.victim ? "yes: in this theme, or harmed by a member" : "no"]];
  if (person.leader) facts.push(["listed", "as a leader of a group"]);
  if (person.prison) facts.push(["in prison", person.release ? "release due " + person.release : "no release date known"]);
  if (person.rules.length) facts.push(["rules that hit", person.rules.join(", ")]);
  if (person.themes.length) facts.push(["in networks of", person.themes.join(", ")]);
  parts.push(table(["", ""], facts.map(plain), []));
  parts.push(element("h3", "Priority in " + data.theme));
  if (person.score === null) parts.push(element("p", "Not ranked here.", { class: "muted" }));
  else parts.push(element("p", "rank " + person.rank.toLocaleString("en-GB")), partsOf(person.parts, person.score));
  if (Object.keys(person.measures).length) parts.push(element("h3", "Place in the graph"), measuresOf(person.measures));
  if (person.harm.length) {
    const rows = person.harm.map((row) => plain([row.crime_scope === "THEME" ? "of the theme" : "all", row.status.toLowerCase(), row.crimes, micro(row.cchi_full_micro, 1), micro(row.css_full_micro, 1)]));
    parts.push(element("h3", "Harm by status"), table(["crimes", "status", "number", "CCHI days", "CSS"], rows, [2, 3, 4]));
  }
  if (person.signals.length) {
    const ended = (row) => (row.still === false ? ", ended" : "") + (row.credible ? "" : ", not corroborated");
    const rows = person.signals.map((row) => plain([words(row.signal), row.side.toLowerCase() + ended(row), row.records, row.last_date || ""]));
    parts.push(element("h3", "What the records say"), table(["signal", "side", "records", "last"], rows, [2]));
  }
  parts.push(element("h3", "Ties in this picture"), tiesOf(place));
  document.getElementById("panel").replaceChildren(...parts);
}

function people(places, saying) {
  return element("ul", places.map((place) => element("li", [personButton(place), saying(data.people[place])])), { class: "people" });
}

function showNetwork() {
  const places = data.people.map((person, place) => place);
  const protect = places.filter((place) => data.people[place].protect);
  const ranked = places.filter((place) => data.people[place].rank !== null && data.people[place].role === "MEMBER");
  ranked.sort((one, other) => data.people[one].rank - data.people[other].rank);
  const parts = [element("h2", "The network"), element("p", "Choose a person or a tie, in the drawing or in the tables below it. Escape comes back here.", { class: "muted" })];
  if (data.score !== null) parts.push(element("h3", "Its priority"), partsOf(data.parts, data.score));
  if (protect.length) parts.push(element("p", "Safeguarding first: children and others to protect", { class: "child" }), people(protect, (person) => ", " + ageText(person) + ", " + data.roles[person.role]));
  if (ranked.length) parts.push(element("h3", "Members by rank in the theme"), people(ranked.slice(0, 15), (person) => ": " + person.rank.toLocaleString("en-GB")));
  document.getElementById("panel").replaceChildren(...parts);
}

function harmText(tie) {
  const one = personName(data.people[tie.src]), other = personName(data.people[tie.dst]);
  const lines = [];
  if (tie.forth > 0) lines.push(one + " is recorded as offending against " + other + ": " + micro(tie.forth, 6));
  if (tie.back > 0) lines.push(other + " is recorded as offending against " + one + ": " + micro(tie.back, 6));
  return lines.map((line) => element("p", line));
}

function recordsOf(tie) {
  const rows = tie.records.map(([kind, ref, date, times, base, quality, decay, n, weight, counted, handling]) => plain([
    element("span", [kind, element("br"), ref, element("br"), date + " · " + handling]),
    times + " × " + micro(base, 2) + " × " + micro(quality, 2) + " × " + micro(decay, 6) + " ÷ " + (n - 1),
    counted ? micro(weight, 6) : element("span", [micro(weight, 6), element("br"), "not counted: same event"]),
  ]));
  rows.push({ cells: ["sum of what counts", "", micro(tie.weight, 6)], total: true });
  return table(["record", "times × base × quality × decay ÷ (n − 1)", "weight"], rows, [2]);
}

function showTie(at) {
  const chosen = data.ties[at];
  const parts = [element("h2", "Tie"), element("p", personButton(chosen.src)), element("p", personButton(chosen.dst))];
  const pair = data.ties.filter((tie) => tie.src === chosen.src && tie.dst === chosen.dst);
  for (const tie of [chosen, ...pair.filter((tie) => tie !== chosen)]) {
    parts.push(element("h3", tie.relation + (data.made.includes(tie.relation) ? "" : " (makes no one a member)")), ...harmText(tie));
    parts.push(element("p", tie.first + " to " + tie.last + " · handling " + tie.handling), recordsOf(tie));
  }
  document.getElementById("panel").replaceChildren(...parts);
}
