import { posix } from 'node:path';
import { sha256 } from '../../core/output';
import { revisionVariable } from '../../core/secrets/inventory';
import { secretOf } from '../../core/graph';
import type { Mount, Workload } from '../../model';
import { PROJECT_FOLDER, secretsFolder, type Context } from './context';
import type { ComposeConfig, ComposeSecret, ComposeService } from './types';

type Mounts = Required<Pick<ComposeService, 'volumes' | 'configs' | 'secrets'>>;

/** What a service mounts. Configs and secrets are files beside, one entry each; Docker shows them read-only. */
export function mountsOf(workload: Workload, context: Context): { readonly mounts: Mounts; readonly hash: string | undefined; readonly revision: string | undefined } {
  const { graph, dialect, findings } = context;
  const volumes: NonNullable<ComposeService['volumes']> = [];
  const configs: object[] = [];
  const secrets: object[] = [];
  const hashed: string[] = [];
  const revisions: string[] = [];
  const show = (mount: Mount): void => {
    if ('volume' in mount) {
      const { volume, path, readOnly = false, ...rest } = mount;
      rest satisfies Record<string, never>;
      // Without nocopy the first container to mount an empty volume gives it the owner of its own folder; only those who write may.
      volumes.push({ type: 'volume', source: graph.name(volume), target: path, ...(readOnly ? { read_only: true, volume: { nocopy: true } } : {}) });
    } else if ('config' in mount) {
      const { config, path, ...rest } = mount;
      rest satisfies Record<string, never>;
      for (const [name, content] of Object.entries(config.spec.files)) {
        configs.push({ source: configName(graph.name(config), name), target: posix.join(path, name) });
        hashed.push(`${path}/${name}\0${dialect.file(content)}`);
      }
    } else if ('source' in mount) {
      const { source, path, readOnly = false, ...rest } = mount;
      rest satisfies Record<string, never>;
      volumes.push({ type: 'bind', source: `${PROJECT_FOLDER}/${source}`, target: path, bind: { create_host_path: false }, ...(readOnly ? { read_only: true } : {}) });
      findings.note(workload, 'mounts.source', 'loosened', `it sees the folder ${source} of the host: for development only`);
    } else if ('certificate' in mount && mount.certificate.spec.source.kind === 'acme') {
      const { certificate: _certificate, path, ...rest } = mount;
      rest satisfies Record<string, never>;
      volumes.push({ type: 'volume', source: graph.name(mount.certificate.spec.source.volume), target: path, read_only: true, volume: { nocopy: true } });
    } else {
      const { path } = mount;
      const { secret, keys } = secretOf(mount)!;
      for (const key of keys) secrets.push({ source: secretName(graph.name(secret), key), target: posix.join(path, key) });
      revisions.push(`\${${revisionVariable(graph.name(secret))}:-}`);
      if (secret.spec.revision) hashed.push(`${secret.node.path}\0${secret.spec.revision}`);
    }
  };
  workload.spec.mounts.forEach(show);
  return {
    mounts: { volumes, configs: configs as Mounts['configs'], secrets: secrets as Mounts['secrets'] },
    hash: hashed.length > 0 ? sha256(hashed.join('\0')).slice(0, 16) : undefined,
    revision: revisions.length > 0 ? [...new Set(revisions)].join(' ') : undefined,
  };
}

/** One entry for each file: Compose knows no folders of configs. */
export function configName(config: string, file: string): string {
  return `${config}.${file}`;
}

export function configPath(config: string, file: string): string {
  return `./config/${config}/${file}`;
}

export function composeConfig(config: string, file: string): ComposeConfig {
  return { file: configPath(config, file) };
}

export function secretName(secret: string, key: string): string {
  return `${secret}.${key}`;
}

export function composeSecret({ graph }: Context, secret: string, key: string): ComposeSecret {
  return { file: `${secretsFolder(graph)}/${secret}/${key}` };
}
