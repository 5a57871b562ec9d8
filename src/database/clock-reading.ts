/** The clocks of the database and of this process at one moment. */
export interface ClockReading {
  /** Milliseconds since 1970. */
  readonly databaseAt: number;
  readonly processAt: number;
  /** Database minus process, in milliseconds. */
  readonly difference: number;
  /** The difference is wrong by at most this. */
  readonly tolerance: number;
}

/** A larger difference means that one of the two clocks is wrong, in milliseconds. */
const LARGEST_DIFFERENCE = 60_000;

/**
 * Starts to read both clocks: call it before the statement is sent, and its result with the time in the answer.
 *
 * The database read its clock at some moment of the round trip. The middle is the best guess, and wrong by at most half of
 * the round trip. The round trip is measured by the monotonic clock: it stays right when somebody sets the clock.
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

/** Says whether the clocks differ for certain. A slow answer is no difference. */
export function clocksDiffer({ difference, tolerance }: ClockReading): boolean {
  return Math.abs(difference) - tolerance > LARGEST_DIFFERENCE;
}
