// The canvas of the diagram: boxes for streams, inside boxes for groups, joined by lines. It does not depend on the page.
import cytoscape, { type Core, type ElementDefinition, type StylesheetJson } from "cytoscape";
import { type Join, type Stream, groups, joins, streamByName, streams, words } from "./data";
import { type Point, aroundOne, blocks, linesOf, sizeOf } from "./layout";

export interface Shown {
  groups: Set<string>;
  reports: boolean;
  implied: boolean;
}

export const ZOOM = 1.3;
const LIMITS = { minZoom: 0.03, maxZoom: 3 };
const MARGIN = 30;
const STEP = 80;
// With more lines than this, the labels would cover each other.
const LABELLED = 40;
const KEYS: Record<string, (graph: Core) => void> = {
  "+": (graph) => zoom(graph, ZOOM),
  "=": (graph) => zoom(graph, ZOOM),
  "-": (graph) => zoom(graph, 1 / ZOOM),
  "0": (graph) => fit(graph),
  ArrowLeft: (graph) => graph.panBy({ x: STEP, y: 0 }),
  ArrowRight: (graph) => graph.panBy({ x: -STEP, y: 0 }),
  ArrowUp: (graph) => graph.panBy({ x: 0, y: STEP }),
  ArrowDown: (graph) => graph.panBy({ x: 0, y: -STEP }),
};

export function open(container: HTMLElement, choose: (name: string) => void): Core {
  const graph = cytoscape({ container, ...LIMITS, style: styleOf(container), boxSelectionEnabled: false });
  graph.on("tap", "node[^isGroup]", (event) => choose(event.target.id()));
  graph.on("mouseover", "node[^isGroup]", (event) => event.target.connectedEdges().addClass("near"));
  graph.on("mouseout", "node[^isGroup]", (event) => event.target.connectedEdges().removeClass("near"));
  container.onkeydown = (event) => {
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act(graph);
  };
  matchMedia("(prefers-color-scheme: dark)").onchange = () => graph.style(styleOf(container));
  return graph;
}

export function isShown(stream: Stream, shown: Shown): boolean {
  return shown.groups.has(stream.group) && (shown.reports || !stream.is_report);
}

/** Draws all streams that are shown, or a chosen stream with those it joins. Returns how many streams and joins it drew. */
export function draw(graph: Core, shown: Shown, chosen: string): [number, number] {
  const inSight = new Set(streams.filter((stream) => isShown(stream, shown) || stream.name === chosen).map((stream) => stream.name));
  const wanted = joins.filter((join) => inSight.has(join.stream) && inSight.has(join.to) && (shown.implied || join.is_near));
  const one = streamByName.get(chosen);
  const lines = one ? wanted.filter((join) => join.stream === chosen || join.to === chosen) : wanted;
  const places = one
    ? aroundOne(one, lines, streamByName)
    : blocks(
        streams.filter((stream) => inSight.has(stream.name)),
        groups,
      );
  graph.elements().remove();
  graph.add([
    ...(one ? [] : boxesOfGroups(places)),
    ...boxes(places, chosen),
    ...lines.map((join, number) => line(join, number, lines.length <= LABELLED)),
  ]);
  graph.elements("edge").toggleClass("faint", !one);
  fit(graph);
  if (graph.zoom() > 1) graph.zoom({ level: 1, renderedPosition: middle(graph) });
  return [places.size, lines.length];
}

function boxesOfGroups(places: Map<string, Point>): ElementDefinition[] {
  const names = new Set([...places.keys()].map((name) => streamByName.get(name)!.group));
  return [...names].map((group) => ({
    data: { id: `group ${group}`, label: words(group), isGroup: true },
    selectable: false,
    grabbable: false,
  }));
}

function boxes(places: Map<string, Point>, chosen: string): ElementDefinition[] {
  return [...places].map(([name, position]) => {
    const stream = streamByName.get(name)!;
    const parent = chosen ? {} : { parent: `group ${stream.group}` };
    const classes = [stream.is_report ? "report" : "entity", ...(name === chosen ? ["chosen"] : [])];
    return { data: { id: name, ...parent, label: linesOf(stream).join("\n"), ...sizeOf(stream) }, position: { ...position }, classes };
  });
}

function line(join: Join, number: number, isLabelled: boolean): ElementDefinition {
  const label = isLabelled ? join.on.map(([column]) => column).join(", ") : "";
  return { data: { id: `join ${number}`, source: join.stream, target: join.to, label }, classes: join.is_near ? "" : "implied" };
}

export function zoom(graph: Core, factor: number): void {
  graph.zoom({ level: graph.zoom() * factor, renderedPosition: middle(graph) });
}

export function fit(graph: Core): void {
  graph.fit(undefined, MARGIN);
}

function middle(graph: Core): Point {
  return { x: graph.width() / 2, y: graph.height() / 2 };
}

function styleOf(container: HTMLElement): StylesheetJson {
  const color = (name: string) => getComputedStyle(container).getPropertyValue(name).trim();
  const font = { "font-family": "system-ui, sans-serif", color: color("--text") };
  return [
    {
      selector: "node",
      style: {
        ...font,
        shape: "round-rectangle",
        label: "data(label)",
        "text-wrap": "wrap",
        "text-valign": "center",
        "text-halign": "center",
        "font-size": 11,
        "background-color": color("--raised"),
        "border-width": 1.5,
        "border-color": color("--accent"),
      },
    },
    { selector: "node[width]", style: { width: "data(width)", height: "data(height)" } },
    { selector: "node.report", style: { "border-color": color("--quiet"), "border-style": "dashed" } },
    {
      selector: "node[?isGroup]",
      style: {
        "background-color": color("--soft"),
        "border-color": color("--line"),
        "border-width": 1,
        "text-valign": "top",
        "text-margin-y": -4,
        "font-size": 44,
        "font-weight": "bold",
        padding: "16px",
      },
    },
    {
      selector: "edge",
      style: {
        ...font,
        width: 1.5,
        label: "data(label)",
        "font-size": 10,
        "line-color": color("--accent"),
        "target-arrow-color": color("--accent"),
        "target-arrow-shape": "triangle",
        "curve-style": "bezier",
        "arrow-scale": 0.8,
        "text-background-color": color("--page"),
        "text-background-opacity": 0.9,
        "text-background-padding": "1px",
      },
    },
    { selector: "edge.implied", style: { "line-style": "dashed" } },
    { selector: "edge.faint", style: { label: "", opacity: 0.35, width: 1, "curve-style": "straight" } },
    // The line of a stream that refers to itself has to leave the box.
    { selector: "edge:loop", style: { "curve-style": "bezier", "control-point-step-size": 130 } },
    { selector: "edge.near", style: { opacity: 1, width: 3 } },
    { selector: "node.chosen", style: { "border-width": 4, "background-color": color("--chosen") } },
  ] as unknown as StylesheetJson;
}
