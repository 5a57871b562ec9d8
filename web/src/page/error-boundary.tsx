import { Component, type ReactNode } from 'react';
import { messageOf } from '../api/problem.js';

/** Keeps the rest of the shop usable when a page fails. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <section className="sheet" role="alert">
        <h1>This page cannot be shown</h1>
        <p>{messageOf(this.state.error)}</p>
        <button type="button" className="button" onClick={() => location.reload()}>
          Reload the page
        </button>
      </section>
    );
  }
}
