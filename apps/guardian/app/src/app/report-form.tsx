'use client';

import { useActionState } from 'react';
import { reportIncident } from './actions';

export function ReportForm({ reporter }: { readonly reporter: string }) {
  const [fault, action, isPending] = useActionState(reportIncident, undefined);
  return (
    <form action={action}>
      <input name="title" placeholder="What happened?" aria-label="What happened?" maxLength={200} required />
      <select name="severity" aria-label="Severity" defaultValue="medium">
        <option>low</option>
        <option>medium</option>
        <option>high</option>
      </select>
      <input name="reporter" placeholder="Your name" aria-label="Your name" defaultValue={reporter} maxLength={100} required />
      <button disabled={isPending}>Report</button>
      {fault && <p role="alert">{fault}</p>}
    </form>
  );
}
