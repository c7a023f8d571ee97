import { escaped } from '../page/shell.js';

/** One line or row of points of a plot, in the units of its axes. */
export interface Series {
  name: string;
  /** Which of the page's colours, from 1. */
  colour: number;
  points: readonly (readonly [x: number, y: number])[];
}

export interface Axis {
  title: string;
  /** Equal steps are equal factors: for latencies, which differ by orders of magnitude. */
  log?: boolean;
  /** Where it begins and ends, where that is not for the data to say. */
  from?: number;
  to?: number;
}

export interface Plot {
  title: string;
  x: Axis;
  y: Axis;
  series: readonly Series[];
  /** Bars from the bottom instead of lines; x is then where each begins, and `widths` where it ends. */
  bars?: boolean;
  marks?: boolean;
}

const WIDTH = 640;
const HEIGHT = 300;
const LEFT = 62;
/** Half of the last number below the axis stands beyond it. */
const RIGHT = 28;
const TOP = 12;
const BOTTOM = 46;
const TICKS = 5;

/** A plot as SVG that takes its colours from the page. Empty where there is nothing to show. Pure. */
export function plotSvg({ title, x, y, series, bars = false, marks = false }: Plot): string {
  const points = series.flatMap((each) => each.points).filter(isShown(x, y));
  if (points.length === 0) return '';
  const across = scaleOf(
    x,
    points.map(([value]) => value),
    [LEFT, WIDTH - RIGHT],
  );
  const up = scaleOf(
    y,
    points.map(([, value]) => value),
    [HEIGHT - BOTTOM, TOP],
  );
  const shapes = series.map((each) => {
    const shown = each.points.filter(isShown(x, y)).map(([a, b]) => [across.at(a), up.at(b)] as const);
    return bars ? barShapes(shown, each.colour) : lineShapes(shown, each, marks);
  });
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">`,
    ...up.ticks.map((tick) => gridLine(up.at(tick), tickText(tick))),
    ...across.ticks.map(
      (tick) =>
        `<text class="tick" x="${fixed(across.at(tick))}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${tickText(tick)}</text>`,
    ),
    `<text class="axis" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escaped(x.title)}</text>`,
    `<text class="axis" transform="translate(13 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escaped(y.title)}</text>`,
    ...shapes,
    '</svg>',
  ].join('\n');
}

/** Which colour stands for what; nothing where there is one line only. Pure. */
export function legendHtml(series: readonly Series[]): string {
  if (series.length < 2) return '';
  const items = series.map(({ name, colour }) => `<li><i class="c${colour}"></i>${escaped(name)}</li>`);
  return `<ul class="legend">${items.join('')}</ul>`;
}

type Point = readonly [x: number, y: number];

function isShown(x: Axis, y: Axis): (point: Point) => boolean {
  const fits = (axis: Axis, value: number): boolean =>
    Number.isFinite(value) && (axis.log !== true || value > 0);
  return ([a, b]) => fits(x, a) && fits(y, b);
}

function lineShapes(points: readonly Point[], { colour, name }: Series, marks: boolean): string {
  const path = points.map(([a, b]) => `${fixed(a)},${fixed(b)}`).join(' ');
  const dots = marks
    ? points
        .map(([a, b]) => `<circle class="c${colour}" cx="${fixed(a)}" cy="${fixed(b)}" r="3.5"/>`)
        .join('')
    : '';
  return `<polyline class="line c${colour}" points="${path}"><title>${escaped(name)}</title></polyline>${dots}`;
}

function barShapes(points: readonly Point[], colour: number): string {
  const floor = HEIGHT - BOTTOM;
  return points
    .map(([a, b], index) => {
      const next = points[index + 1]?.[0] ?? a + 4;
      const width = Math.max(1, Math.min(next - a, 14) - 0.5);
      return `<rect class="bar c${colour}" x="${fixed(a)}" y="${fixed(b)}" width="${fixed(width)}" height="${fixed(Math.max(0.5, floor - b))}"/>`;
    })
    .join('');
}

function gridLine(height: number, text: string): string {
  return [
    `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fixed(height)}" y2="${fixed(height)}"/>`,
    `<text class="tick" x="${LEFT - 6}" y="${fixed(height + 4)}" text-anchor="end">${text}</text>`,
  ].join('');
}

interface Scale {
  at(value: number): number;
  ticks: number[];
}

/** Where values lie between two places, and which of them are named. Pure. */
export function scaleOf(
  axis: Axis,
  values: readonly number[],
  [begin, end]: readonly [number, number],
): Scale {
  const least = axis.from ?? Math.min(...values);
  const most = axis.to ?? Math.max(...values);
  const [from, to] = axis.log === true ? logBounds(least, most) : linearBounds(axis, least, most);
  const place = axis.log === true ? Math.log10 : (value: number) => value;
  const span = place(to) - place(from) || 1;
  return {
    at: (value) => begin + ((place(value) - place(from)) / span) * (end - begin),
    ticks: axis.log === true ? logTicks(from, to) : linearTicks(from, to),
  };
}

function linearBounds(axis: Axis, least: number, most: number): [number, number] {
  const from = axis.from ?? Math.min(0, least);
  if (axis.to !== undefined) return [from, axis.to];
  const step = stepOf(most - from || 1);
  return [from, from + Math.max(1, Math.ceil((most - from) / step - 1e-9)) * step];
}

/** The ends of the decades around, or half of one where that is enough. */
function logBounds(least: number, most: number): [number, number] {
  const lower = [1, 2, 5].map((part) => part * 10 ** Math.floor(Math.log10(least)));
  const upper = [1, 2, 5, 10].map((part) => part * 10 ** Math.floor(Math.log10(most)));
  const from = lower.filter((value) => value <= least * 1.0001).at(-1) ?? least;
  const to = upper.find((value) => value >= most * 0.9999) ?? most;
  return from < to ? [from, to] : [from, from * 2];
}

function linearTicks(from: number, to: number): number[] {
  const step = stepOf(to - from || 1);
  const count = Math.floor((to - from) / step + 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => from + index * step);
}

function logTicks(from: number, to: number): number[] {
  const decades = Math.ceil(Math.log10(to / from));
  const parts = decades > 2 ? [1] : [1, 2, 5];
  const first = Math.floor(Math.log10(from));
  const all = Array.from({ length: decades + 2 }, (_, index) =>
    parts.map((part) => part * 10 ** (first + index)),
  );
  return all.flat().filter((tick) => tick >= from * 0.999 && tick <= to * 1.001);
}

/** A step of 1, 2 or 5 times a power of ten, about {@link TICKS} of which make the span. */
function stepOf(span: number): number {
  const rough = span / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((part) => part * power >= rough * 0.9999) ?? 10) * power;
}

/** 0.05, 2, 10k. Pure. */
export function tickText(value: number): string {
  const rounded = Number(value.toPrecision(6));
  return Math.abs(rounded) >= 10_000 ? `${Number((rounded / 1000).toPrecision(4))}k` : String(rounded);
}

function fixed(value: number): string {
  return value.toFixed(1);
}
