import type { Document } from '../../core/target';
import type { Certificate } from '../../model';
import { document, labelsOf, metadata, type Context } from './context';

/** One by ACME is a Certificate of cert-manager. Others are Secrets, which are never emitted. */
export function certificateDocuments(certificate: Certificate, context: Context): Document[] {
  const { hosts, source, secret: _secret, ...rest } = certificate.spec;
  rest satisfies Record<string, never>;
  if (source.kind !== 'acme') return [];
  const { kind: _kind, email, issuer, volume: _volume, ...others } = source;
  others satisfies Record<string, never>;
  const name = context.graph.name(certificate);
  context.findings.note(certificate, 'source.email', 'approximated', `the address ${email} belongs to the account of the ClusterIssuer ${issuer}, which the cluster must have`);
  if (context.expose.kind === 'load-balancer') {
    context.findings.note(certificate, 'source.issuer', 'approximated', `the ClusterIssuer ${issuer} must prove ${hosts.join(', ')} by DNS-01: over HTTP these names lead to the stack's own load balancer, behind which nothing answers an authority here`);
  }
  return [document(context, certificate, 'Certificate', name, {
    metadata: metadata(context, name),
    spec: { secretName: name, dnsNames: [...hosts], issuerRef: { name: issuer, kind: 'ClusterIssuer', group: 'cert-manager.io' }, privateKey: { rotationPolicy: 'Always' } },
  })];
}

const SOLVER = 'acme-solver';
const SOLVER_PORT = 8089;

/** Lets the pods of a controller's namespace ask those that cert-manager starts in the stack's own to prove a name by HTTP-01. */
export function solverPolicy(controllerNamespace: string, context: Context): Document {
  const { stack } = context.graph;
  return document(context, stack, 'NetworkPolicy', SOLVER, {
    metadata: { name: SOLVER, namespace: stack.projectName, labels: labelsOf(context, stack.projectName) },
    spec: {
      podSelector: { matchLabels: { 'acme.cert-manager.io/http01-solver': 'true' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': controllerNamespace } } }], ports: [{ port: SOLVER_PORT, protocol: 'TCP' }] }],
    },
  }, 'network-policies.yaml');
}
