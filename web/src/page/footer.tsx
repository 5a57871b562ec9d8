import type { ReactNode } from 'react';
import { BASE_PATH } from './base-path.js';

export function Footer(): ReactNode {
  return (
    <footer className="footer">
      <p>
        This is a demo shop on the Basketkeeper API. <a href={`${BASE_PATH}/api/docs`}>Explore the API</a>
      </p>
    </footer>
  );
}
