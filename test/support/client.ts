import { assertDocumented } from './documented.js';
import type { BasketDto } from '../../src/basket/basket.dto.js';
import type { LoginDto } from '../../src/auth/login/login.dto.js';

export interface Answer<T = unknown> {
  status: number;
  headers: Headers;
  body: T;
}

/** The body of an error response. */
export interface ProblemBody {
  type: string;
  status: number;
  detail: string;
  errors?: { field: string; message: string }[];
  [member: string]: unknown;
}

type Sku = { sku: string };

/** A browser: it keeps its cookie and sends JSON. */
export class Client {
  private cookie: string | undefined;

  constructor(private readonly url: string) {}

  /** The id of the session, from the cookie, if there is one. */
  get sessionId(): string | undefined {
    return this.cookie && decodeURIComponent(this.cookie).match(/=s:([^.]+)\./)?.[1];
  }

  /** Another tab of the same browser, with a copy of its present cookie. */
  tab(url = this.url): Client {
    const other = new Client(url);
    other.cookie = this.cookie;
    return other;
  }

  /** Sends this cookie from now on. */
  carries(cookie: string | undefined): this {
    this.cookie = cookie;
    return this;
  }

  get carriedCookie(): string | undefined {
    return this.cookie;
  }

  async sends<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.cookie && { Cookie: this.cookie }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    this.keep(response.headers.getSetCookie());
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const { status, headers: answered } = response;
    const answer = isJson ? (JSON.parse(text) as unknown) : text;
    assertDocumented({ method, path, status, headers: answered, body: answer });
    return { status, headers: answered, body: answer as T };
  }

  async adds({ sku }: Sku, quantity = 1): Promise<BasketDto> {
    return this.succeeds<BasketDto>(201, 'POST', '/api/basket/lines', { sku, quantity });
  }

  async triesToAdd({ sku }: Sku, quantity = 1): Promise<Answer<ProblemBody>> {
    return this.sends('POST', '/api/basket/lines', { sku, quantity });
  }

  async sets({ sku }: Sku, quantity: number): Promise<BasketDto> {
    return this.succeeds<BasketDto>(200, 'PUT', `/api/basket/lines/${encodeURIComponent(sku)}`, { quantity });
  }

  async removes({ sku }: Sku): Promise<BasketDto> {
    return this.succeeds<BasketDto>(200, 'DELETE', `/api/basket/lines/${encodeURIComponent(sku)}`);
  }

  async basket(): Promise<BasketDto> {
    return this.succeeds<BasketDto>(200, 'GET', '/api/basket');
  }

  /** The sku and quantity of each line of the basket. */
  async quantities(): Promise<Record<string, number>> {
    return Object.fromEntries((await this.basket()).lines.map(({ sku, quantity }) => [sku, quantity]));
  }

  async logsInAs({ email, password }: { email: string; password: string }): Promise<LoginDto> {
    return this.succeeds<LoginDto>(200, 'POST', '/api/auth/login', { email, password });
  }

  async logsOut(): Promise<void> {
    await this.succeeds(204, 'POST', '/api/auth/logout');
  }

  private async succeeds<T>(status: number, method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.sends<T>(method, path, body);
    if (answer.status === status) return answer.body;
    throw new Error(`${method} ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }

  private keep(setCookies: string[]): void {
    for (const setCookie of setCookies) {
      const [pair = ''] = setCookie.split(';');
      const isCleared = /expires=Thu, 01 Jan 1970/i.test(setCookie);
      this.cookie = isCleared ? undefined : pair;
    }
  }
}
