import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * When a proxy takes the database away: before a statement reaches it, before its answer comes back, or with the answer: then
 * only this connection ends, and PostgreSQL's last words come in one packet with the end of the answer.
 */
export type CutAt = 'request' | 'answer' | 'ready';

/** ReadyForQuery, without the state of the transaction that follows. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5]);

const LAST_WORDS = errorResponse({
  S: 'FATAL',
  V: 'FATAL',
  C: '57P01',
  M: 'terminating connection due to administrator command',
});

interface Trap {
  /** Which statement from now on, from 1; or the first one whose text matches. */
  statement: number | RegExp;
  at: CutAt;
  sprung: () => void;
}

/** Stands in front of PostgreSQL and can take it away, at once or at a certain statement, or make it hang. */
export class DatabaseProxy {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private isHanging = false;
  private trap: Trap | undefined;
  private endings = 0;
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

  /** Cuts at the n-th statement from now on, or at the first of this text; `sprung` is called at that moment. */
  cutAt(statement: number | RegExp, at: CutAt, sprung: () => void = () => undefined): void {
    this.count = 0;
    this.trap = { statement, at, sprung };
  }

  disarm(): void {
    this.trap = undefined;
  }

  /** Ends so many connections, each in one packet with the next ReadyForQuery that comes over it. */
  endAtReady(connections: number): void {
    this.endings = connections;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket, port: number, host: string): void {
    if (this.isCut) return void client.destroy();
    const server = connect(port, host);
    let awaited: CutAt | undefined;
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
      if (statement !== null && this.isSprungBy(statement)) {
        if (this.trap?.at === 'request') return this.spring();
        awaited = this.trap?.at;
      }
      if (!this.isHanging) server.write(chunk);
    });
    server.on('data', (chunk) => {
      if (awaited === 'answer') return this.spring();
      if (isReady(chunk) && (awaited === 'ready' || this.endings > 0)) {
        if (awaited === 'ready') this.release();
        else this.endings -= 1;
        return client.end(Buffer.concat([chunk, LAST_WORDS]));
      }
      if (!this.isHanging) client.write(chunk);
    });
  }

  private isSprungBy(text: string): boolean {
    this.count += 1;
    const { statement } = this.trap ?? {};
    return statement instanceof RegExp ? statement.test(text) : this.count === statement;
  }

  private spring(): void {
    // First whoever is killed, who might else still answer that the database is away.
    this.release();
    this.cut();
  }

  private release(): void {
    const { sprung } = this.trap ?? {};
    this.trap = undefined;
    sprung?.();
  }
}

function isReady(chunk: Buffer): boolean {
  return chunk.subarray(-6, -1).equals(READY);
}

/** A message of PostgreSQL by the types of its fields. */
function errorResponse(fields: Record<string, string>): Buffer {
  const body = Object.entries(fields).map(([type, value]) => `${type}${value}\0`);
  const content = Buffer.from(`${body.join('')}\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

/**
 * pg sends a simple query (Q), a parsed one (P and what follows it) or one it has parsed before (B) in one piece.
 *
 * Behind the type and four bytes of length: the text; a name and the text; a portal and the name.
 */
function statementOf(chunk: Buffer): string | null {
  const [first = '', second = ''] = chunk.toString('utf8', 5).split('\0');
  switch (chunk.toString('latin1', 0, 1)) {
    case 'Q':
      return first;
    case 'P':
    case 'B':
      return second;
    default:
      return null;
  }
}
