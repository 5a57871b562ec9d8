import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** When a proxy takes the database away: before a statement reaches it, or before its answer comes back. */
export type CutAt = 'request' | 'answer';

interface Trap {
  /** Which statement from now on, from 1. */
  statement: number;
  at: CutAt;
  sprung: () => void;
}

/** Stands in front of PostgreSQL and can take it away, at once or at a certain statement, or make it hang. */
export class DatabaseProxy {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private isHanging = false;
  private trap: Trap | undefined;
  /** Statements that came by since `count` was last set to 0. */
  count = 0;
  /** Their text, or the name of one that was prepared before; who counts empties it. */
  statements: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async before(databaseUrl: string): Promise<DatabaseProxy> {
    const target = new URL(databaseUrl);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(databaseUrl);
    url.hostname = '127.0.0.1';
    url.port = String((server.address() as AddressInfo).port);
    const proxy = new DatabaseProxy(server, url.href);
    server.on('connection', (client) => proxy.join(client, Number(target.port || 5432), target.hostname));
    return proxy;
  }

  /** Ends every connection and refuses new ones. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Takes everything and gives nothing, as a network does that drops all packets. */
  hang(): void {
    this.isHanging = true;
  }

  restore(): void {
    this.isCut = false;
    this.isHanging = false;
  }

  /** Cuts at the n-th statement from now on; `sprung` is called at that moment. */
  cutAt(statement: number, at: CutAt, sprung: () => void = () => undefined): void {
    this.count = 0;
    this.trap = { statement, at, sprung };
  }

  disarm(): void {
    this.trap = undefined;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket, port: number, host: string): void {
    if (this.isCut) return void client.destroy();
    const server = connect(port, host);
    let isAnswerAwaited = false;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (chunk) => {
      const statement = statementOf(chunk);
      if (statement !== null) this.statements.push(statement);
      if (statement !== null && this.isSprungBy()) {
        if (this.trap?.at === 'request') return this.spring();
        isAnswerAwaited = true;
      }
      if (!this.isHanging) server.write(chunk);
    });
    server.on('data', (chunk) => {
      if (isAnswerAwaited) return this.spring();
      if (!this.isHanging) client.write(chunk);
    });
  }

  private isSprungBy(): boolean {
    this.count += 1;
    return this.count === this.trap?.statement;
  }

  private spring(): void {
    const { sprung } = this.trap ?? {};
    this.trap = undefined;
    // First whoever is killed, who might else still answer that the database is away.
    sprung?.();
    this.cut();
  }
}

/**
 * pg sends a simple query (Q), a parsed one (P and what follows it) or one it has parsed before (B) in one piece.
 *
 * Behind the type and four bytes of length: the text; a name and the text; a portal and the name.
 */
function statementOf(chunk: Buffer): string | null {
  const [first = '', second = ''] = chunk.toString('utf8', 5).split('\0');
  switch (chunk[0]) {
    case 0x51:
      return first;
    case 0x50:
    case 0x42:
      return second;
    default:
      return null;
  }
}
