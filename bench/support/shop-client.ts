import { Agent, request } from 'node:http';

/** A benchmark's browser: one cookie, connections that stay open. */
export class ShopClient {
  private cookie = '';

  constructor(
    private readonly url: string,
    private readonly agent: Agent,
    private readonly headers: Record<string, string> = {},
  ) {}

  /** @throws Error when the response is not a success */
  async sends<T>(method: string, path: string, body?: unknown): Promise<T> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      ...this.headers,
      ...(this.cookie && { Cookie: this.cookie }),
      ...(text && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(this.url + path, { method, agent: this.agent, headers }, (response) => {
        const [setCookie] = response.headers['set-cookie'] ?? [];
        if (setCookie) this.cookie = setCookie.split(';', 1)[0] ?? '';
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (answer += chunk));
        response.on('end', () => {
          if ((response.statusCode ?? 500) < 300) resolve((answer ? JSON.parse(answer) : null) as T);
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
        });
      });
      sent.on('error', reject);
      sent.end(text);
    });
  }
}
