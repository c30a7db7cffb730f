import type { Construct } from 'constructs';
import { Primitive } from './primitive';
import { Secret, type SecretOrigin } from './secret';
import type { Volume } from './volume';

/** Where a certificate comes from. */
export type CertificateSource =
  /** Two files that somebody gives: `tls.crt` (with its chain) and `tls.key`. */
  | { readonly kind: 'given' }
  /** Made locally, for development. */
  | { readonly kind: 'self-signed' }
  /** Asked for by the ACME protocol and renewed by itself. */
  | { readonly kind: 'acme'; readonly email: string; readonly issuer: string; readonly volume: Volume };

/** What a {@link Certificate} is, as targets read it. */
export interface CertificateSpec {
  /** The names that it is good for. */
  hosts: readonly string[];
  /** Where it comes from. */
  source: CertificateSource;
  /** The secret that holds the pair, where the pair is not kept by a certificate controller or in a volume. */
  secret: Secret | undefined;
}

/**
 * A TLS certificate with its key, mounted as `tls.crt` and `tls.key`.
 *
 * Compose: two secret files, or for ACME a volume that a scheduled workload keeps fresh.
 * Kubernetes: a `kubernetes.io/tls` Secret, or for ACME a Certificate of cert-manager.
 */
export class Certificate extends Primitive<'certificate', CertificateSpec> {
  /** `hosts`: the names that it is good for. `source`: where it comes from. */
  constructor(scope: Construct, id: string, { hosts, source }: { readonly hosts: readonly string[]; readonly source: CertificateSource }) {
    super(scope, id, 'certificate', { hosts, source, secret: undefined });
    if (source.kind === 'acme') return;
    const origin = source.kind === 'self-signed'
      ? { kind: 'self-signed' as const, hosts }
      : undefined;
    this.spec.secret = new Secret(this, 'Default', {
      keys: {
        'tls.crt': origin ?? given(`the certificate for ${hosts.join(', ')} with its chain, in PEM format`),
        'tls.key': origin ?? given(`the private key of the certificate for ${hosts.join(', ')}, in PEM format`),
      },
    });
  }
}

function given(what: string): SecretOrigin {
  return Secret.given(what, { what });
}
