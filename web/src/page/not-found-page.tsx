import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { usePageTitle } from './use-page-title.js';

export function NotFoundPage(): ReactNode {
  usePageTitle('Not found');
  return (
    <section className="sheet">
      <h1>There is no such page</h1>
      <p>
        <Link href="/">Back to the start</Link>
      </p>
    </section>
  );
}
