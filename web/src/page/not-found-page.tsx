import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { usePageTitle } from './use-page-title.js';

export function NotFoundPage(): ReactNode {
  usePageTitle('Not found');
  return (
    <section className="sheet">
      <h1>This page does not exist</h1>
      <p>
        <Link href="/">Back to the start page</Link>
      </p>
    </section>
  );
}
