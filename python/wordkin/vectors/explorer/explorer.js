"use strict";

// Plain canvas, without a library: 50,000 points are drawn within a frame or two, and neither a build step nor a megabyte
// of vendored code is needed.

// ---- Data: rows are integers, with a factor per row that gives unit vectors.

const data = JSON.parse(document.getElementById("data").textContent);
const words = data.words;
const size = data.size;
const indexOf = new Map(words.map((word, index) => [word, index]));

function decoded(text, Type) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return new Type(bytes.buffer);
}

function decodedRows(rows) {
  return {
    integers: decoded(rows.integers, rows.bits === 16 ? Int16Array : Int8Array),
    factors: decoded(rows.factors, Float32Array),
  };
}

const first = { ...decodedRows(data.rows), positions: decoded(data.positions, Uint16Array), indices: null };
let second = null; // the other vectors; indices[i] is the word of row i, rowOf[word] its row or -1
if (data.other) {
  second = {
    ...decodedRows(data.other.rows),
    positions: decoded(data.other.positions, Uint16Array),
    indices: decoded(data.other.indices, Uint32Array),
    rowOf: new Int32Array(words.length).fill(-1),
  };
  second.indices.forEach((word, row) => { second.rowOf[word] = row; });
}

function unitVector(space, row) {
  const vector = new Float64Array(size);
  for (let i = 0; i < size; i++) vector[i] = space.integers[row * size + i] * space.factors[row];
  return vector;
}

// The words nearest to a vector: [{index, score}, ...] by descending cosine; of equal cosines, the first word comes first.
function nearest(space, vector, count, excluded) {
  let norm = 0;
  for (const value of vector) norm += value * value;
  norm = Math.sqrt(norm) || 1;
  const found = [];
  const rows = space.factors.length;
  for (let row = 0, offset = 0; row < rows; row++, offset += size) {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += vector[i] * space.integers[offset + i];
    const score = (sum * space.factors[row]) / norm;
    if (found.length === count && score <= found[count - 1].score) continue;
    const index = space.indices ? space.indices[row] : row;
    if (excluded.has(index)) continue;
    let place = found.length;
    while (place > 0 && found[place - 1].score < score) place--;
    found.splice(place, 0, { index, score });
    if (found.length > count) found.pop();
  }
  return found;
}

function neighbours(index, count = 10) {
  return nearest(first, unitVector(first, index), count, new Set([index]));
}

function otherNeighbours(index, count = 10) {
  if (!second || second.rowOf[index] < 0) return null;
  return nearest(second, unitVector(second, second.rowOf[index]), count, new Set([index]));
}

function analogy(a, b, c, count = 10) {
  const vector = new Float64Array(size);
  for (const [index, sign] of [[a, -1], [b, 1], [c, 1]]) {
    const unit = unitVector(first, index);
    for (let i = 0; i < size; i++) vector[i] += sign * unit[i];
  }
  return nearest(first, vector, count, new Set([a, b, c]));
}

// Cosine of the two vectors of a word; null if only one exists.
function agreement(index) {
  if (!second || second.rowOf[index] < 0) return null;
  const row = second.rowOf[index];
  let sum = 0;
  for (let i = 0; i < size; i++) sum += first.integers[index * size + i] * second.integers[row * size + i];
  return sum * first.factors[index] * second.factors[row];
}

// ---- Colours.

const PALETTE = ["#3b7dd8", "#e07b39", "#3f9b57", "#c44e9d", "#8a63d2", "#b8860b", "#d1495b", "#2a9d9d", "#7a8b2f", "#9c5b3c", "#6a7b8c", "#4f5bd5"];
const RAMP = 24;
const ramp = Array.from({ length: RAMP }, (_, i) => `hsl(${220 - (185 * i) / (RAMP - 1)} 78% ${56 - 6 * Math.sin((Math.PI * i) / (RAMP - 1))}%)`);

function rampSteps(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) if (value !== null) { low = Math.min(low, value); high = Math.max(high, value); }
  const span = high - low || 1;
  return values.map((value) => (value === null ? -1 : Math.round(((value - low) / span) * (RAMP - 1))));
}

const colourings = new Map();
if (data.counts) {
  const logs = data.counts.map((count) => Math.log(Math.max(count, 1)));
  colourings.set("frequency", { label: "by frequency", palette: ramp, legend: ["rare", "frequent"], steps: rampSteps(logs) });
}
colourings.set("cluster", { label: "by cluster", palette: PALETTE, legend: null, steps: data.clusters.map((number) => number % PALETTE.length) });
if (second) {
  const cosines = words.map((_, index) => agreement(index));
  colourings.set("drift", { label: "by change", palette: ramp.slice().reverse(), legend: ["changed", "unchanged"], steps: rampSteps(cosines) });
}
let colouring = colourings.get(second ? "drift" : "cluster");

// ---- The map.

const GRID = 65535;
const canvas = document.getElementById("map");
const context = canvas.getContext("2d");
const view = { scale: 1, x: 0.5, y: 0.5 }; // the point in the middle of the canvas, in units of the map
let selected = -1, highlighted = [], width = 0, height = 0, isScheduled = false;

const side = () => Math.max(40, Math.min(width, height) - 60) * view.scale;
const toX = (value) => width / 2 + (value / GRID - view.x) * side();
const toY = (value) => height / 2 - (value / GRID - view.y) * side();

function schedule() {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => { isScheduled = false; draw(); });
}

function resize() {
  const box = canvas.getBoundingClientRect(), ratio = window.devicePixelRatio || 1;
  width = box.width;
  height = box.height;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  schedule();
}

function draw() {
  const style = getComputedStyle(document.documentElement);
  context.clearRect(0, 0, width, height);
  const radius = Math.min(4, Math.max(1, (0.9 * Math.sqrt(view.scale * 20000)) / Math.sqrt(words.length)));
  const isFaint = highlighted.length > 0;
  for (let step = -1; step < colouring.palette.length; step++) {
    context.fillStyle = step < 0 ? "#8888" : colouring.palette[step];
    context.globalAlpha = isFaint ? 0.25 : 0.75;
    context.beginPath();
    for (let i = 0; i < words.length; i++) {
      if (colouring.steps[i] !== step) continue;
      const x = toX(first.positions[2 * i]), y = toY(first.positions[2 * i + 1]);
      if (x < -5 || y < -5 || x > width + 5 || y > height + 5) continue;
      if (radius < 1.5) context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
      else {
        context.moveTo(x + radius, y);
        context.arc(x, y, radius, 0, 2 * Math.PI);
      }
    }
    context.fill();
  }
  context.globalAlpha = 1;
  drawMoves(style);
  drawHighlights(style);
  drawLabels(style);
}

// Lines from the places of the highlighted words in the other vectors to those in these.
function drawMoves(style) {
  if (!second || selected < 0) return;
  context.strokeStyle = style.getPropertyValue("--accent");
  context.lineWidth = 1.5;
  const row = second.rowOf[selected];
  if (row < 0) return;
  const x = toX(second.positions[2 * row]), y = toY(second.positions[2 * row + 1]);
  context.setLineDash([4, 3]);
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(toX(first.positions[2 * selected]), toY(first.positions[2 * selected + 1]));
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.arc(x, y, 5, 0, 2 * Math.PI);
  context.stroke();
}

function drawHighlights(style) {
  for (const index of highlighted) {
    context.fillStyle = colouring.steps[index] < 0 ? "#888" : colouring.palette[colouring.steps[index]];
    context.beginPath();
    context.arc(toX(first.positions[2 * index]), toY(first.positions[2 * index + 1]), index === selected ? 7 : 4.5, 0, 2 * Math.PI);
    context.fill();
    if (index === selected) {
      context.strokeStyle = style.getPropertyValue("--text");
      context.lineWidth = 2;
      context.stroke();
    }
  }
}

// Labels of highlighted words, then of the first words in view that do not overlap others.
function drawLabels(style) {
  const used = [];
  const halo = style.getPropertyValue("--halo"), text = style.getPropertyValue("--text");
  const isNarrow = width < 500;
  let left = highlighted.length ? 0 : isNarrow ? 25 : 60;
  function label(index, isBold) {
    const x = toX(first.positions[2 * index]), y = toY(first.positions[2 * index + 1]);
    if (x < 0 || y < 0 || x > width || y > height) return false;
    context.font = `${isBold ? "600 14px" : "12px"} system-ui, sans-serif`;
    const word = words[index].length > 40 ? `${words[index].slice(0, 39)}…` : words[index];
    const wide = context.measureText(word).width, start = Math.max(2, Math.min(x + (isBold ? 12 : 8), width - wide - 4));
    const box = [start - 3, y - 9, start + wide + 3, y + 9];
    if (used.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) return false;
    used.push(box);
    context.lineWidth = 3;
    context.strokeStyle = halo;
    context.strokeText(word, start, y + 4);
    context.fillStyle = text;
    context.fillText(word, start, y + 4);
    return true;
  }
  for (const index of highlighted) label(index, index === selected);
  for (let index = 0, tries = 0; index < words.length && left > 0 && tries < 4000; index++) {
    const x = toX(first.positions[2 * index]), y = toY(first.positions[2 * index + 1]);
    if (x < 0 || y < 0 || x > width || y > height) continue;
    tries++;
    if (label(index, false)) left--;
  }
}

function zoom(factor, x = width / 2, y = height / 2) {
  const scale = Math.min(400, Math.max(0.5, view.scale * factor));
  const before = side();
  view.scale = scale;
  const after = side();
  view.x += (x - width / 2) * (1 / before - 1 / after);
  view.y -= (y - height / 2) * (1 / before - 1 / after);
  schedule();
}

function showAll() {
  Object.assign(view, { scale: 1, x: 0.5, y: 0.5 });
  schedule();
}

function pointAt(x, y) {
  let best = -1, shortest = 14 * 14;
  for (let i = 0; i < words.length; i++) {
    const dx = toX(first.positions[2 * i]) - x, dy = toY(first.positions[2 * i + 1]) - y;
    const distance = dx * dx + dy * dy;
    if (distance < shortest) { shortest = distance; best = i; }
  }
  return best;
}

// ---- Pointers: drag to move, pinch or wheel to zoom, tap to select.

const pointers = new Map();
let travelled = 0;

function placeOf(event) {
  const box = canvas.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  if (pointers.size === 0) travelled = 0;
  pointers.set(event.pointerId, placeOf(event));
});

canvas.addEventListener("pointermove", (event) => {
  const place = placeOf(event), previous = pointers.get(event.pointerId);
  if (!previous) return showTip(place);
  const others = [...pointers.entries()].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
  travelled += Math.abs(place.x - previous.x) + Math.abs(place.y - previous.y);
  if (others.length === 0) {
    view.x -= (place.x - previous.x) / side();
    view.y += (place.y - previous.y) / side();
  } else {
    const [other] = others;
    const before = Math.hypot(previous.x - other.x, previous.y - other.y) || 1;
    const after = Math.hypot(place.x - other.x, place.y - other.y) || 1;
    zoom(after / before, (place.x + other.x) / 2, (place.y + other.y) / 2);
  }
  pointers.set(event.pointerId, place);
  schedule();
});

function endPointer(event) {
  if (!pointers.delete(event.pointerId) || pointers.size > 0) return;
  if (event.type === "pointerup" && travelled < 6) {
    const { x, y } = placeOf(event);
    select(pointAt(x, y));
  }
}
canvas.addEventListener("pointerup", endPointer);
canvas.addEventListener("pointercancel", endPointer);
canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const { x, y } = placeOf(event);
  zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), x, y);
}, { passive: false });

const tip = document.getElementById("tip");
function showTip(place) {
  const index = pointAt(place.x, place.y);
  tip.hidden = index < 0;
  if (index < 0) return;
  tip.textContent = words[index];
  tip.style.left = `${Math.min(place.x + 12, width * 0.7)}px`;
  tip.style.top = `${place.y + 14}px`;
}

canvas.addEventListener("keydown", (event) => {
  const step = 40 / side();
  const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
  if (moves[event.key]) {
    view.x += moves[event.key][0];
    view.y += moves[event.key][1];
    schedule();
  } else if (event.key === "+" || event.key === "=") zoom(1.4);
  else if (event.key === "-") zoom(1 / 1.4);
  else if (event.key === "0") showAll();
  else if (event.key === "Escape") select(-1);
  else return;
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

document.getElementById("zoom-in").addEventListener("click", () => zoom(1.6));
document.getElementById("zoom-out").addEventListener("click", () => zoom(1 / 1.6));
document.getElementById("zoom-all").addEventListener("click", showAll);

// ---- The selected word and its neighbours.

function listed(element, found, mark = () => false) {
  element.replaceChildren(...found.map(({ index, score }) => {
    const item = document.createElement("li"), button = document.createElement("button");
    const word = document.createElement("span"), value = document.createElement("span");
    button.type = "button";
    word.textContent = words[index];
    value.textContent = score.toFixed(3);
    button.append(word, value);
    if (mark(index)) button.className = "changed";
    button.addEventListener("click", () => select(index, true));
    item.append(button);
    return item;
  }));
}

function select(index, isCentred = false) {
  selected = index;
  const title = document.getElementById("selected"), facts = document.getElementById("facts");
  const ownTitle = document.getElementById("neighbours-title"), otherColumn = document.getElementById("other-column");
  if (index < 0) {
    highlighted = [];
    title.textContent = "Select a word on the map, or type one.";
    facts.textContent = "";
    ownTitle.hidden = otherColumn.hidden = true;
    listed(document.getElementById("neighbours"), []);
    listed(document.getElementById("other-neighbours"), []);
    return schedule();
  }
  const found = neighbours(index), others = otherNeighbours(index), cosine = agreement(index);
  const own = new Set(found.map((item) => item.index)), theirs = new Set((others || []).map((item) => item.index));
  title.textContent = words[index];
  const parts = [];
  if (data.counts) parts.push(`${data.counts[index].toLocaleString("en")} occurrences`);
  if (cosine !== null) parts.push(`cosine of the two vectors ${cosine.toFixed(3)}`);
  else if (second) parts.push("not in the other vectors");
  facts.textContent = parts.join(", ");
  ownTitle.hidden = false;
  otherColumn.hidden = !others;
  listed(document.getElementById("neighbours"), found, (near) => others !== null && !theirs.has(near));
  listed(document.getElementById("other-neighbours"), others || [], (near) => !own.has(near));
  highlighted = [index, ...found.map((item) => item.index)];
  if (isCentred) showHighlighted();
  schedule();
}

// Shows the selected word in the middle and all highlighted words around it.
function showHighlighted() {
  const [x, y] = [first.positions[2 * selected], first.positions[2 * selected + 1]];
  let reach = GRID / 100;
  for (const index of highlighted) {
    reach = Math.max(reach, Math.abs(first.positions[2 * index] - x), Math.abs(first.positions[2 * index + 1] - y));
  }
  Object.assign(view, { x: x / GRID, y: y / GRID, scale: Math.min(400, Math.max(1, (0.45 * GRID) / reach)) });
}

// ---- Search with completion: words that begin with the text, then words that contain it.

const search = document.getElementById("search"), completions = document.getElementById("completions");
const lowered = words.map((word) => word.toLowerCase());
let offered = [], active = -1;

function completionsOf(text, count = 8) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const starting = [], containing = [];
  for (let i = 0; i < lowered.length && starting.length < count; i++) {
    if (lowered[i].startsWith(wanted)) starting.push(i);
    else if (containing.length < count && lowered[i].includes(wanted)) containing.push(i);
  }
  const exact = indexOf.get(text.trim());
  const found = [...starting, ...containing];
  return (exact === undefined ? found : [exact, ...found.filter((index) => index !== exact)]).slice(0, count);
}

function showCompletions() {
  offered = completionsOf(search.value);
  active = -1;
  completions.replaceChildren(...offered.map((index, place) => {
    const item = document.createElement("li");
    item.id = `completion-${place}`;
    item.setAttribute("role", "option");
    item.textContent = words[index];
    item.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(place); });
    return item;
  }));
  completions.hidden = offered.length === 0;
  search.setAttribute("aria-expanded", String(offered.length > 0));
  search.removeAttribute("aria-activedescendant");
}

function activate(place) {
  active = (place + offered.length) % offered.length;
  [...completions.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === active)));
  search.setAttribute("aria-activedescendant", `completion-${active}`);
  completions.children[active].scrollIntoView({ block: "nearest" });
}

function hideCompletions() {
  completions.hidden = true;
  search.setAttribute("aria-expanded", "false");
}

function choose(place) {
  search.value = words[offered[place]];
  hideCompletions();
  select(offered[place], true);
}

search.addEventListener("input", showCompletions);
search.addEventListener("blur", hideCompletions);
search.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return hideCompletions();
  if (offered.length === 0 || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return undefined;
  event.preventDefault();
  return activate(active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1));
});
document.getElementById("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (completions.hidden) showCompletions();
  if (offered.length > 0) return choose(Math.max(active, 0));
  document.getElementById("selected").textContent = "No such word";
  document.getElementById("facts").textContent = search.value;
  return undefined;
});

// ---- Analogies.

document.getElementById("analogy-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const message = document.getElementById("analogy-message"), answers = document.getElementById("analogy-answers");
  const given = ["a", "b", "c"].map((name) => document.getElementById(`analogy-${name}`).value.trim());
  const unknown = given.filter((word) => !indexOf.has(word));
  listed(answers, []);
  if (unknown.length > 0) {
    message.textContent = given.includes("") ? "Enter three words." : `Not on this page: ${unknown.join(", ")}`;
    return;
  }
  message.textContent = "";
  listed(answers, analogy(...given.map((word) => indexOf.get(word))));
});

// ---- Controls and start.

const choice = document.getElementById("colour"), legend = document.getElementById("legend");
for (const [name, { label }] of colourings) choice.add(new Option(label, name, false, colourings.get(name) === colouring));

function showLegend() {
  legend.replaceChildren();
  legend.hidden = !colouring.legend;
  if (!colouring.legend) return;
  const bar = document.createElement("i");
  bar.style.background = `linear-gradient(to right, ${colouring.palette.join(", ")})`;
  legend.append(colouring.legend[0], bar, colouring.legend[1]);
}
choice.addEventListener("change", () => {
  colouring = colourings.get(choice.value);
  showLegend();
  schedule();
});

const isByFrequency = data.counts !== null && data.counts.every((count, i) => i === 0 || count <= data.counts[i - 1]);
const shownText = words.length.toLocaleString("en"), totalText = data.total.toLocaleString("en");
const common = second ? `, ${second.indices.length.toLocaleString("en")} also in the other vectors` : "";
document.getElementById("summary").textContent = (words.length < data.total
  ? `the ${shownText} ${isByFrequency ? "most frequent" : "first"} of ${totalText} words`
  : `${shownText} ${words.length === 1 ? "word" : "words"}`) + `${common}, ${size} dimensions`;
document.body.classList.toggle("two", second !== null);

showLegend();
new ResizeObserver(resize).observe(canvas);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", schedule);
resize();

window.explorer = { words, neighbours, otherNeighbours, analogy, agreement, completionsOf, indexOf, select };
