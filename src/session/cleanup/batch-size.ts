/** Longer than this no batch shall hold its locks; a usual one takes a third of it. */
const TARGET_MILLISECONDS = 200;

/** How many rows the next batch takes: at most so many, fewer where a batch takes long, or where one fails. */
export class BatchSize {
  private rows: number;

  constructor(private readonly max: number) {
    this.rows = max;
  }

  get current(): number {
    return this.rows;
  }

  /** A batch succeeded in so many milliseconds. */
  recordDuration(milliseconds: number): void {
    if (milliseconds > TARGET_MILLISECONDS) this.halve();
    else if (milliseconds * 2 < TARGET_MILLISECONDS) this.rows = Math.min(this.rows * 2, this.max);
  }

  /** False: it is down to a single row. */
  halve(): boolean {
    if (this.rows === 1) return false;
    this.rows = Math.ceil(this.rows / 2);
    return true;
  }
}
