interface Notice {
  id: number;
  /** The topic. A later notice on the same topic replaces this one. */
  subject: string;
  text: string;
  isProblem: boolean;
}

/** A success message disappears. A problem stays until the visitor closes it. */
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

  say(text: string, subject = text): void {
    const { id } = this.push({ text, subject, isProblem: false });
    setTimeout(() => this.dismiss(id), SHOWN_MILLISECONDS);
  }

  problem(text: string, subject = text): void {
    this.push({ text, subject, isProblem: true });
  }

  dismiss(id: number): void {
    this.change(this.list.filter((notice) => notice.id !== id));
  }

  private push(news: Omit<Notice, 'id'>): Notice {
    const notice = { id: ++this.lastId, ...news };
    this.change([...this.list.filter(({ subject }) => subject !== news.subject), notice]);
    return notice;
  }

  private change(list: Notice[]): void {
    this.list = list;
    this.listeners.forEach((listener) => listener());
  }
}

export const notices = new Notices();
