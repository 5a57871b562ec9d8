import type { ReactNode } from 'react';

export function Footer(): ReactNode {
  return (
    <footer className="footer">
      <p>
        A demo shop on the Basketkeeper API. <a href="/api/docs">Explore the API</a>
      </p>
    </footer>
  );
}
