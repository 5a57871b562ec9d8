import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
import { fieldErrorsOf, messageOf } from '../api/problem.js';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  name: string;
  label: string;
  hint?: string;
  /** The error of the whole form. It may be about this field. */
  error: unknown;
}

export function FormField({ name, label, hint, error, ...input }: Props): ReactNode {
  const id = useId();
  const errors = fieldErrorsOf(error);
  const message = errors?.find(({ field }) => field === name)?.message;
  const description = message ?? hint;
  return (
    <p className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        aria-invalid={message !== undefined}
        aria-describedby={description && `${id}-description`}
        {...input}
      />
      {description && (
        <span id={`${id}-description`} className={message ? 'field-error' : 'field-hint'}>
          {description}
        </span>
      )}
    </p>
  );
}

/** Shows an error that is not about a field. */
export function FormError({ error }: { error: unknown }): ReactNode {
  const isOfFields = fieldErrorsOf(error) !== undefined;
  const text = error && !isOfFields ? messageOf(error) : '';
  return (
    <p className="form-error" role="alert">
      {text}
    </p>
  );
}

/** Reads the fields of a form. None of the forms has a file field. */
export function fieldsOf(form: HTMLFormElement): Record<string, string> {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value as string]));
}
