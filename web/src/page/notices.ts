export interface Notice {
  id: number;
  text: string;
  isProblem: boolean;
}

/** What is good news may go by itself; a problem stays until it is read. */
const SHOWN_MILLISECONDS = 5_000;

/** Short messages at the edge of the page. */
class Notices {
  private list: readonly Notice[] = [];
  private readonly listeners = new Set<() => void>();
  private lastId = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): readonly Notice[] => this.list;

  say(text: string): void {
    const { id } = this.push(text, false);
    setTimeout(() => this.dismiss(id), SHOWN_MILLISECONDS);
  }

  problem(text: string): void {
    this.push(text, true);
  }

  dismiss(id: number): void {
    this.change(this.list.filter((notice) => notice.id !== id));
  }

  /** The same text again is the same notice. */
  private push(text: string, isProblem: boolean): Notice {
    const notice = { id: ++this.lastId, text, isProblem };
    this.change([...this.list.filter((other) => other.text !== text), notice]);
    return notice;
  }

  private change(list: Notice[]): void {
    this.list = list;
    this.listeners.forEach((listener) => listener());
  }
}

export const notices = new Notices();
