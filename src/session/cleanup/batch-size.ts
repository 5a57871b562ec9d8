/** The longest time for which a batch should hold its locks. */
const TARGET_MILLISECONDS = 200;

/** Chooses the number of rows in the next batch: fewer after a slow or failed batch, else more. */
export class BatchSize {
  private rows: number;

  constructor(private readonly max: number) {
    this.rows = max;
  }

  get current(): number {
    return this.rows;
  }

  /** Adapts the size to the duration of a successful batch. */
  recordDuration(milliseconds: number): void {
    if (milliseconds > TARGET_MILLISECONDS) this.halve();
    else if (milliseconds * 2 < TARGET_MILLISECONDS) this.rows = Math.min(this.rows * 2, this.max);
  }

  /** Returns false if the size is already a single row. */
  halve(): boolean {
    if (this.rows === 1) return false;
    this.rows = Math.ceil(this.rows / 2);
    return true;
  }
}
