/**
 * Says whether a client prefers `text/plain` to `application/openmetrics-text`. A client without a
 * preference gets the latter.
 */
export function prefersPlainText(accept = ''): boolean {
  const plain = qualityOf('text/plain', accept);
  return plain > 0 && plain > qualityOf('application/openmetrics-text', accept);
}

/**
 * Returns the best quality that a client gives to the full name of a type. A range such as `text/*`
 * is no preference.
 */
function qualityOf(type: string, accept: string): number {
  const qualities = accept.split(',').map((range) => {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    return name === type ? Number(quality?.slice(2) ?? 1) : 0;
  });
  return Math.max(0, ...qualities);
}

/**
 * Converts the metrics to the Prometheus text format 0.0.4.
 *
 * A registry of prom-client supports only one format. The two formats differ in the comments of
 * counters and in the last line.
 */
export function toPlainText(openMetrics: string): string {
  return openMetrics
    .replace(/^# HELP (\S+) (.*)\n# TYPE \1 counter$/gm, '# HELP $1_total $2\n# TYPE $1_total counter')
    .replace(/# EOF\n$/, '');
}
