import type { ComposeSpecification, Config, Network, Secret, Service, Volume } from './schema/compose-spec';

/** A whole Compose file, as the Compose specification has it. */
export type ComposeFile = ComposeSpecification;
/** A service of a Compose file, as the Compose specification has it. */
export type ComposeService = Service;
export type ComposeNetwork = NonNullable<Network>;
export type ComposeVolume = NonNullable<Volume>;
export type ComposeConfig = Config;
export type ComposeSecret = Secret;

/** The sections of a Compose file, by what an entry of each is. */
export interface Sections {
  /** Workloads. */
  services: ComposeService;
  /** One for each pair that talks, and for each way in or out. */
  networks: ComposeNetwork;
  /** Storage that is kept, or filled anew. */
  volumes: ComposeVolume;
  /** One for each file. */
  configs: ComposeConfig;
  /** One for each key that is mounted, or that a build reads. */
  secrets: ComposeSecret;
}
