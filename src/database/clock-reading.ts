/** Both clocks at one moment: the database's and the process's. */
export interface ClockReading {
  /** Milliseconds since 1970. */
  readonly databaseAt: number;
  readonly processAt: number;
  /** Database minus process, in milliseconds. */
  readonly difference: number;
  /** The largest possible error of the difference, in milliseconds. */
  readonly tolerance: number;
}

/** In milliseconds. A larger difference means that one of the clocks is wrong. */
const LARGEST_DIFFERENCE = 60_000;

/**
 * Starts to read both clocks. Call it before the statement, and call its result with the time that
 * the statement returns.
 *
 * The database read its clock at some moment of the round trip. So the middle of the round trip is
 * the best estimate, and its error is at most half of the round trip. The monotonic clock measures
 * the round trip, because nobody can set that clock.
 */
export function startReading(): (databaseAt: number) => ClockReading {
  const sentAt = Date.now();
  const start = performance.now();
  return (databaseAt) => {
    const tolerance = (performance.now() - start) / 2;
    const processAt = sentAt + tolerance;
    return { databaseAt, processAt, difference: databaseAt - processAt, tolerance };
  };
}

/** Says whether the clocks differ for certain. A slow answer alone is no difference. */
export function clocksDiffer({ difference, tolerance }: ClockReading): boolean {
  return Math.abs(difference) - tolerance > LARGEST_DIFFERENCE;
}
