import { type ReactNode, useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** Series differ by colour and by form: a bar, a line, a dashed line. */
export interface Series {
  label: string;
  /** A custom property of the style sheet, which has a value for light and dark. */
  colour: string;
  dash?: number[];
  isBar?: boolean;
  /** A separate axis on the right. */
  scale?: string;
}

interface Props {
  title: string;
  series: Series[];
  data: uPlot.AlignedData;
}

const HEIGHT = 220;

export function Chart({ title, series, data }: Props): ReactNode {
  const container = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef(data);

  useEffect(() => {
    latest.current = data;
    chart.current?.setData(data);
  }, [data]);

  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const draw = () => {
      chart.current?.destroy();
      chart.current = new uPlot(optionsOf(series, element), latest.current, element);
    };
    draw();
    const observer = new ResizeObserver(() => chart.current?.setSize(sizeOf(element)));
    observer.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      observer.disconnect();
      scheme.removeEventListener('change', draw);
      chart.current?.destroy();
      chart.current = null;
    };
  }, [series]);

  return (
    <figure className="chart">
      <figcaption>{title}</figcaption>
      {data[0].length === 0 && (
        <p className="chart-empty">The chart appears after the first run has ended.</p>
      )}
      <div ref={container} role="img" aria-label={`${title}. The table below has the figures.`} />
    </figure>
  );
}

function sizeOf({ clientWidth }: HTMLElement): { width: number; height: number } {
  return { width: clientWidth, height: HEIGHT };
}

function optionsOf(series: Series[], element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (property: string) => style.getPropertyValue(property).trim();
  const font = `12px ${style.fontFamily}`;
  const axisStyle = { stroke: colour('--ink-soft'), font, grid: { stroke: colour('--rule'), width: 1 } };
  const values = (_: uPlot, splits: number[]) => splits.map((split) => compact.format(split));
  const rest = series.flatMap(({ scale }) => scale ?? []);
  return {
    ...sizeOf(element),
    cursor: { y: false },
    scales: Object.fromEntries(['y', ...rest].map((scale) => [scale, { range: fromZero }])),
    axes: [
      { ...axisStyle, values: (_: uPlot, splits: number[]) => splits.map(tick) },
      { ...axisStyle, values, size: 48 },
      ...rest.map((scale) => ({
        ...axisStyle,
        scale,
        side: 1 as const,
        values,
        size: 48,
        grid: { show: false },
      })),
    ],
    series: [{ value: '{DD}.{MM}. {HH}:{mm}' }, ...series.map((each) => seriesOf(each, colour(each.colour)))],
  };
}

function seriesOf({ label, dash, isBar, scale = 'y' }: Series, stroke: string): uPlot.Series {
  return {
    label,
    scale,
    stroke,
    width: 2,
    value: (_, value: number | null) => (value === null ? '–' : exact.format(value)),
    ...(dash && { dash }),
    ...(isBar && { fill: `${stroke}99`, paths: uPlot.paths.bars?.({ size: [0.6, 24] }) }),
    ...(isBar && { points: { show: false } }),
  };
}

/** Formats 14:00, or the day at midnight. */
function tick(seconds: number): string {
  const at = new Date(seconds * 1_000);
  return at.getHours() + at.getMinutes() === 0 ? day.format(at) : hour.format(at);
}

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const compact = new Intl.NumberFormat('en', { notation: 'compact' });
const exact = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** Starts every axis at 0, so that a small change does not look like a large one. */
function fromZero(_: uPlot, _min: number, max: number): [number, number] {
  return [0, Math.max(1, max * 1.1)];
}
