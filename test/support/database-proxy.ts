import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * The moment of a cut: before a statement arrives (`request`), before its answer comes back
 * (`answer`), or together with the answer (`ready`). In the last case only this connection ends,
 * and PostgreSQL's error arrives in one packet with the end of the answer.
 */
export type CutAt = 'request' | 'answer' | 'ready';

/** ReadyForQuery, without the byte for the state of the transaction. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5]);

const LAST_WORDS = errorResponse({
  S: 'FATAL',
  V: 'FATAL',
  C: '57P01',
  M: 'terminating connection due to administrator command',
});

interface Trap {
  /** The number of the statement from now on, starting with 1, or a pattern of its text. */
  statement: number | RegExp;
  at: CutAt;
  sprung: () => void;
}

/**
 * A proxy in front of PostgreSQL. It can cut connections, at once or at a chosen statement, or let
 * them hang.
 */
export class DatabaseProxy {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private isHanging = false;
  private trap: Trap | undefined;
  private endings = 0;
  /** The number of statements since `count` was last set to 0. */
  count = 0;
  /** The text of each statement, or the name of a prepared one. The test empties the list. */
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

  /** Receives everything and sends nothing, like a network that drops all packets. */
  hang(): void {
    this.isHanging = true;
  }

  restore(): void {
    this.isCut = false;
    this.isHanging = false;
  }

  /**
   * Cuts at the n-th statement from now on, or at the first one that matches. Calls `sprung` at
   * that moment.
   */
  cutAt(statement: number | RegExp, at: CutAt, sprung: () => void = () => undefined): void {
    this.count = 0;
    this.trap = { statement, at, sprung };
  }

  disarm(): void {
    this.trap = undefined;
  }

  /** Ends this number of connections, each in one packet with its next ReadyForQuery. */
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
    // First: a test may kill the server here. After the cut, the server could still answer 503.
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

/** Builds a message of PostgreSQL from its field types. */
function errorResponse(fields: Record<string, string>): Buffer {
  const body = Object.entries(fields).map(([type, value]) => `${type}${value}\0`);
  const content = Buffer.from(`${body.join('')}\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

/**
 * The text or name of a statement. pg sends a simple query (Q), a parsed one (P and the rest) or
 * one that it has parsed before (B) in one chunk.
 *
 * The type and four bytes of length come first. Then a Q has the text, a P has a name and the text,
 * and a B has a portal and the name.
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
