import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

const markdownIn = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

const GUIDES = markdownIn('docs');
const DOCUMENTS = [...markdownIn('.'), ...GUIDES, ...markdownIn('docs/decisions')];
/** All documents but the file that `npm run bench` writes. */
const HAND_WRITTEN = DOCUMENTS.filter((file) => file !== 'docs/benchmarks.md');

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** The anchors that GitHub makes from headings. */
function anchorsOf(file: string): string[] {
  const headings = [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function brokenLinksOf(file: string): string[] {
  const links = [...read(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : join(dirname(file), path);
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
}

const variablesIn = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, name = '']) => name).sort();

describe('the guides', () => {
  it.each(DOCUMENTS)('%s has no broken link', (file) => {
    expect(brokenLinksOf(file)).toEqual([]);
  });

  it.each(HAND_WRITTEN)('%s has at most 200 lines of at most 120 characters', (file) => {
    const lines = read(file).trimEnd().split('\n');

    expect(lines.length).toBeLessThanOrEqual(200);
    expect(lines.filter((line) => line.length > 120)).toEqual([]);
  });

  it('are all in the index', () => {
    const index = read('docs/README.md');
    const others = GUIDES.filter((file) => file !== 'docs/README.md');

    expect(others.filter((file) => !index.includes(`](${file.slice('docs/'.length)})`))).toEqual([]);
  });

  it('explain every environment variable once', () => {
    const documented = variablesIn(read('docs/configuration.md'), /^\| `([A-Z_]+)`/gm);

    expect(documented).toEqual(variablesIn(read('.env.example'), /^([A-Z_]+)=/gm));
    expect(documented).toEqual(expect.arrayContaining(['DATABASE_URL', 'SESSION_SECRET']));
  });

  it('name only classes and functions that exist', () => {
    const names = [...read('docs/why.md').matchAll(/`(\w+)`(?=[,\n])/g)].map(([, name = '']) => name);
    const code = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => read(join('src', file)))
      .join('\n');

    expect(names).toContain('GuestBasketSubscriber');
    expect(names.filter((name) => !new RegExp(`(class|function) ${name}\\b`).test(code))).toEqual([]);
  });

  it('prove each promise by tests that exist', () => {
    const [, promises = ''] = read('docs/security.md').split('## Promises');
    const [proofs = ''] = promises.split('\n## ');
    const names = [...proofs.matchAll(/\(((?:`[\w/-]+`,?\s*)+)\)/g)].flatMap(([, list = '']) =>
      [...list.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    );

    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !existsSync(join(ROOT, 'test', `${name}.spec.ts`)))).toEqual([]);
  });
});
