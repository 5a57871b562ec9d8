/** Longer than this no batch shall hold its locks; a usual one takes a third of it. */
const TARGET_MILLISECONDS = 200;

/** How many rows the next batch takes: at most so many, fewer where a batch takes long, or where one fails. */
export class BatchPace {
  private current: number;

  constructor(private readonly most: number) {
    this.current = most;
  }

  get size(): number {
    return this.current;
  }

  /** A batch succeeded in so many milliseconds. */
  took(milliseconds: number): void {
    if (milliseconds > TARGET_MILLISECONDS) this.halve();
    else if (milliseconds * 2 < TARGET_MILLISECONDS) this.current = Math.min(this.current * 2, this.most);
  }

  /** False: it is down to a single row. */
  halve(): boolean {
    if (this.current === 1) return false;
    this.current = Math.ceil(this.current / 2);
    return true;
  }
}
