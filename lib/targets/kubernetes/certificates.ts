import type { Document } from '../../core/target';
import type { Certificate } from '../../model';
import { document, metadata, type Context } from './context';

/** One by ACME is a Certificate of cert-manager. Others are Secrets, which are never emitted. */
export function certificateDocuments(certificate: Certificate, context: Context): Document[] {
  const { hosts, source, secret: _secret, ...rest } = certificate.spec;
  rest satisfies Record<string, never>;
  if (source.kind !== 'acme') return [];
  const { kind: _kind, email, issuer, volume: _volume, ...others } = source;
  others satisfies Record<string, never>;
  const name = context.graph.name(certificate);
  context.findings.note(certificate, 'source.email', 'approximated', `the address ${email} belongs to the account of the ClusterIssuer ${issuer}, which the cluster must have`);
  return [document(context, certificate, 'Certificate', name, {
    metadata: metadata(context, name),
    spec: { secretName: name, dnsNames: [...hosts], issuerRef: { name: issuer, kind: 'ClusterIssuer', group: 'cert-manager.io' }, privateKey: { rotationPolicy: 'Always' } },
  })];
}
